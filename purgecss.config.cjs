// Keep only the rules and design tokens that our pages use: 600 kB become a few dozen.
module.exports = {
  css: [
    "node_modules/@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css",
    "node_modules/@utrecht/component-library-css/dist/index.css",
  ],
  content: ["chalicelib/web/templates/**/*.html", "local/**/*.html"],
  safelist: { standard: ["voorbeeld-theme", "html", "body"], variables: [/^--basis/, /^--utrecht/, /^--voorbeeld/] },
  output: "build/styles/",
};
