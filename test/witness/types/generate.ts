import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  createFormatter,
  createParser,
  DEFAULT_CONFIG,
  SchemaGenerator,
  type CompletedConfig,
} from "ts-json-schema-generator";
import ts from "typescript";
import { methodsOf, SDK, type Method } from "./methods";

/** A JSON schema. */
export type Schema = Readonly<Record<string, unknown>>;

/** What the client declares about its methods and what they are answered. */
export interface Declared {
  readonly methods: readonly Method[];
  /** By the name of the method, that of a list's item by the name and `[]`. */
  readonly schemas: Readonly<Record<string, Schema>>;
}

const COMPILER: ts.CompilerOptions = {
  strict: true,
  noEmit: true,
  skipLibCheck: true,
  types: [],
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleResolution: ts.ModuleResolutionKind.NodeNext,
  allowImportingTsExtensions: true,
};

/** Reads the client's declarations, which takes some seconds. */
export function readDeclarations(folder: string): Declared {
  const program = ts.createProgram([join(SDK, "client.d.ts")], COMPILER);
  const methods = methodsOf(program);
  const scratch = mkdtempSync(join(folder, "generate-"));
  try {
    const file = join(scratch, "answers.ts");
    writeFileSync(file, aliases(methods));
    return { methods, schemas: schemasOf(methods, file, program) };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** The types that schemas are made of, with what they go by. */
function typesOf(methods: readonly Method[]): { name: string; type: string }[] {
  return methods.flatMap(({ name, answer, item }) => [
    ...(answer === undefined ? [] : [{ name, type: answer }]),
    ...(item === undefined ? [] : [{ name: `${name}[]`, type: item }]),
  ]);
}

/** A module that gives every type a name of its own. */
function aliases(methods: readonly Method[]): string {
  const modules: string[] = [];
  const local = (type: string): string =>
    type.replace(/import\("([^"]+)"\)/g, (_, path: string) => {
      if (!modules.includes(path)) modules.push(path);
      return `m${modules.indexOf(path)}`;
    });
  const types = typesOf(methods).map(({ name, type }) => `export type ${alias(name)} = ${local(type)};`);
  const imports = modules.map((path, index) => `import type * as m${index} from "${path}.d.ts";`);
  return [...imports, ...types].join("\n");
}

function alias(name: string): string {
  return name.replaceAll(".", "_").replace("[]", "_item");
}

function schemasOf(methods: readonly Method[], file: string, before: ts.Program): Record<string, Schema> {
  const program = ts.createProgram([file], COMPILER, undefined, before);
  const [problem] = program.getSemanticDiagnostics(program.getSourceFile(file));
  if (problem) throw new Error(ts.flattenDiagnosticMessageText(problem.messageText, "\n"));
  const config: CompletedConfig = {
    ...DEFAULT_CONFIG,
    path: file,
    expose: "none",
    topRef: false,
    jsDoc: "none",
    // What no type knows is found apart, so that one unknown field does not hide what else is wrong.
    additionalProperties: true,
  };
  const parser = createParser(program, config);
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
  return Object.fromEntries(
    typesOf(methods).map(({ name }) => [name, withEmptyTypes(generator.createSchema(alias(name)) as Schema)]),
  );
}

/** An interface without fields is met by anything but `null` and `undefined`; the generator makes an object of it. */
function withEmptyTypes(schema: Schema): Schema {
  const isEmpty = schema["type"] === "object" && Object.keys(schema).length === 1;
  if (isEmpty) return { not: { type: "null" } };
  const within = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(within);
    return typeof value === "object" && value !== null ? withEmptyTypes(value as Schema) : value;
  };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, within(value)]));
}
