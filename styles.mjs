// Makes chalicelib/web/static/nl-design-system.css from the npm packages: the rules and design tokens that our pages
// use, and no others. 600 kB become about 60.
import { readFileSync, writeFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";

const THEME = "node_modules/@nl-design-system-unstable/voorbeeld-design-tokens/dist/theme.css";
const COMPONENTS = "node_modules/@utrecht/component-library-css/dist/index.css";
const STATIC = "chalicelib/web/static";

const [{ css: rules }] = await new PurgeCSS().purge({
  css: [COMPONENTS],
  content: ["chalicelib/**/templates/*.html", "local/templates/*.html"],
  safelist: [/^utrecht-alert--/, /^utrecht-button--/],
});

const tokens = new Map(
  [...readFileSync(THEME, "utf8").matchAll(/(--[\w-]+)\s*:\s*([^;]+);/g)].map(([, name, value]) => [name, value]),
);

// A token may be made of other tokens: follow them all.
const used = new Set();
const follow = (css) => {
  for (const [name] of css.matchAll(/--[\w-]+/g)) {
    if (tokens.has(name) && !used.has(name)) {
      used.add(name);
      follow(tokens.get(name));
    }
  }
};
follow(rules + readFileSync(`${STATIC}/site.css`, "utf8"));

const kept = [...tokens].filter(([name]) => used.has(name)).map(([name, value]) => `  ${name}: ${value};`);
writeFileSync(`${STATIC}/nl-design-system.css`, `.voorbeeld-theme {\n${kept.join("\n")}\n}\n${rules}`);
