import ts from "typescript";
import { root } from "./root";

/** Tells whether a file of the clone still compiles when its source is `source`. */
export type TypeCheck = (file: string, source: string) => boolean;

/**
 * Prepares to check other sources of `files` (from the root of the clone), one at a time; each check takes about a
 * tenth of a second. Only the file itself is checked, and a name that is not used any more is no error.
 */
export function typeCheckOf(files: readonly string[]): TypeCheck {
  const options = compilerOptions();
  const host = ts.createCompilerHost(options, true);
  const known = new Map<string, ts.SourceFile | undefined>();
  let changed: { readonly path: string; readonly source: string } | undefined;
  const readFile = host.getSourceFile.bind(host);
  host.getSourceFile = (path, version, ...rest) => {
    if (changed?.path === path) return ts.createSourceFile(path, changed.source, version, true);
    if (!known.has(path)) known.set(path, readFile(path, version, ...rest));
    return known.get(path);
  };
  const paths = files.map((file) => `${root}/${file}`);
  const unchanged = ts.createProgram(paths, options, host);
  return (file, source) => {
    changed = { path: `${root}/${file}`, source };
    const program = ts.createProgram(paths, options, host, unchanged);
    const tree = program.getSourceFile(changed.path);
    return program.getSyntacticDiagnostics(tree).length + program.getSemanticDiagnostics(tree).length === 0;
  };
}

function compilerOptions(): ts.CompilerOptions {
  const host = {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }: ts.Diagnostic) => {
      throw new Error(ts.flattenDiagnosticMessageText(messageText, "\n"));
    },
  };
  const tolerant = { noUnusedLocals: false, noUnusedParameters: false };
  const parsed = ts.getParsedCommandLineOfConfigFile(`${root}/tsconfig.json`, tolerant, host);
  if (!parsed) throw new Error("tsconfig.json cannot be read");
  return parsed.options;
}
