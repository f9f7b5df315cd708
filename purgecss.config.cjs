// Keep only the rules and design tokens that our pages use: 600 kB become a few dozen.
module.exports = {
  css: [
    "node_modules/@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css",
    "node_modules/@utrecht/component-library-css/dist/index.css",
    // Only to see which tokens it uses.
    "chalicelib/web/static/site.css",
  ],
  content: ["chalicelib/web/templates/**/*.html", "local/**/*.html"],
  variables: true,
  safelist: ["voorbeeld-theme", "html", "body", /utrecht-alert--/, /utrecht-badge-status--/],
  output: "build/styles/",
};
