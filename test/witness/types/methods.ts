import { dirname, join } from "node:path";
import ts from "typescript";

/** A method of the official client. */
export interface Method {
  /** As one would call it: `workers.scripts.versions.get`. */
  readonly name: string;
  /** What it takes, its last parameter, the options of the request, left out. */
  readonly parameters: readonly ("text" | "object")[];
  /** The type that it declares for what it was answered; none where that is no JSON. */
  readonly answer: string | undefined;
  /**
   * The type of an item where the method lists: it resolves to a page then, whose type is the whole body's. Anything
   * else resolves to what the client takes out of the body.
   */
  readonly item: string | undefined;
}

/** Where the client's declarations are. */
export const SDK = dirname(require.resolve("cloudflare"));

/** The resources of the client that the edge is about: with all below them, or with their own methods only. */
const WITH_ALL_BELOW = ["workers"];
const ALONE = ["accounts", "accounts.tokens", "memberships", "user", "user.tokens"];

/** Every method that the client's declarations have for these resources. */
export function methodsOf(program: ts.Program): Method[] {
  const checker = program.getTypeChecker();
  const client = clientType(program, checker);
  return [...WITH_ALL_BELOW, ...ALONE].flatMap((path) => {
    const resource = path.split(".").reduce((type, name) => memberType(checker, type, name), client);
    return methodsBelow(checker, resource, path);
  });
}

function clientType(program: ts.Program, checker: ts.TypeChecker): ts.Type {
  const file = program.getSourceFile(join(SDK, "client.d.ts"));
  const module = file && checker.getSymbolAtLocation(file);
  const client = module && checker.getExportsOfModule(module).find(({ name }) => name === "Cloudflare");
  if (!client) throw new Error("The declarations of the cloudflare package have no class Cloudflare.");
  return checker.getDeclaredTypeOfSymbol(client);
}

function memberType(checker: ts.TypeChecker, type: ts.Type, name: string): ts.Type {
  const member = type.getProperty(name);
  if (!member) throw new Error(`The cloudflare package has no resource '${name}'.`);
  return checker.getTypeOfSymbol(member);
}

function methodsBelow(checker: ts.TypeChecker, resource: ts.Type, path: string): Method[] {
  return resource.getProperties().flatMap((member) => {
    const type = checker.getTypeOfSymbol(member);
    const name = `${path}.${member.name}`;
    const [signature] = type.getCallSignatures();
    if (signature) return [methodFrom(checker, signature, name)];
    return WITH_ALL_BELOW.some((root) => name.startsWith(`${root}.`)) && !member.name.startsWith("_")
      ? methodsBelow(checker, type, name)
      : [];
  });
}

function methodFrom(checker: ts.TypeChecker, signature: ts.Signature, name: string): Method {
  const promise = signature.getReturnType() as ts.TypeReference;
  const [resolved, item] = checker.getTypeArguments(promise);
  if (!resolved) throw new Error(`${name} returns no promise.`);
  const isList = promise.symbol.name === "PagePromise" && item !== undefined;
  return {
    name,
    parameters: signature
      .getParameters()
      .slice(0, -1)
      .map((parameter) => (isText(checker.getTypeOfSymbol(parameter)) ? "text" : "object")),
    answer: isList ? page(resolved, spelled(checker, item)) : json(spelled(checker, resolved)),
    item: isList ? spelled(checker, item) : undefined,
  };
}

function isText({ flags }: ts.Type): boolean {
  return (flags & ts.TypeFlags.String) !== 0;
}

function spelled(checker: ts.TypeChecker, type: ts.Type): string {
  const { NoTruncation, UseFullyQualifiedType } = ts.TypeFormatFlags;
  return checker.typeToString(type, undefined, NoTruncation | UseFullyQualifiedType);
}

/** The body that a page is made from has a type beside the page's own. */
function page({ symbol }: ts.Type, item: string): string {
  return `import("${join(SDK, "core/pagination")}").${symbol.name}Response<${item}>`;
}

function json(type: string): string | undefined {
  return type === "void" || type === "Response" ? undefined : type;
}
