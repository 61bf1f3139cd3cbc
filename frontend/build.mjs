// Bundles src/ into the folder given as the only argument: hashed names, a manifest, gzip copies.
import { build } from "esbuild";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node build.mjs OUTPUT_FOLDER");
  process.exit(2);
}

rmSync(folder, { recursive: true, force: true });
const result = await build({
  entryPoints: ["src/theme.js", "src/app.js", "src/charts.js", "src/scan.js", "src/kit.js", "src/worker.js", "src/app.css"],
  outdir: folder,
  entryNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome109", "firefox115", "safari16"],
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});

const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue;
  const bytes = readFileSync(path);
  manifest[basename(output.entryPoint)] = basename(path);
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  console.error(`${basename(path)}  ${Math.round(bytes.length / 1024)} KB`);
}
writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest, null, 1));
