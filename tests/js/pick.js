// Scripts of pages run at once and need a document, so tests take single declarations out of them.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const STATIC = new URL("../../roadshow/static/roadshow/", import.meta.url);

// The named top-level functions and constants of a script, in a context of `globals`.
// A declaration begins in the first column and ends with a line that is "}" or "};", or with its own line.
export function pick(script, names, globals = {}) {
  const source = readFileSync(new URL(script, STATIC), "utf8");
  const found = names.map((name) => {
    const start = new RegExp(`^(?:export )?((?:async )?function ${name}\\(|const ${name} = )`, "m").exec(source);
    if (!start) throw new Error(`${script} has no ${name}`);
    const rest = source.slice(start.index).replace(/^export /, "");
    const line = rest.slice(0, rest.indexOf("\n"));
    return /[;}]$/.test(line) ? line : rest.slice(0, /^\}.*$/m.exec(rest).index + 1);
  });
  const context = vm.createContext({ URL, Intl, Date, atob, btoa, ...globals });
  return vm.runInContext(`${found.join("\n")}\n({ ${names.join(", ")} })`, context);
}
