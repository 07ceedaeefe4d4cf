import { codeOf } from "../data/code";
import type { Hosting } from "./hosting";
import { POSITION_OF } from "./assignment";

/** A name in the environment of the version that has this place among those of a process. */
export function placedName(place: number, name: string): string {
  return `${place}:${name}`;
}

/**
 * The code of two versions as one. Each object is made by the class of the version that it is assigned to, and finds
 * that version's environment. What both share is the process, so it has the compatibility date of either.
 */
export function assignedCode(
  hostings: readonly [Hosting, Hosting],
  classNames: readonly string[],
  newestDate: string,
): ReturnType<typeof codeOf> {
  const [older, newer] = hostings;
  const placed = hostings.flatMap(({ version, modules }, place) =>
    codeOf(version, modules, newestDate).modules.map((one) => ({ ...one, path: `/${place}${one.path}` })),
  );
  const mains = hostings.map(({ version }, place) => JSON.stringify(`./${place}/${version.mainModule}`));
  const border = older.percentage / (older.percentage + newer.percentage);
  const main = {
    type: "ESModule" as const,
    path: "/assigned.mjs",
    contents: Buffer.from(assigning(mains, border, classNames)),
  };
  return { ...codeOf(newer.version, newer.modules, newestDate), modules: [main, ...placed] };
}

function assigning(mains: readonly string[], border: number, classNames: readonly string[]): string {
  return `
import { DurableObject } from "cloudflare:workers";
${mains.map((main, place) => `import * as version${place} from ${main};`).join("\n")}

const versions = [${mains.map((_, place) => `version${place}`).join(", ")}];
const positionOf = ${POSITION_OF};

function envOf(env, place) {
  const own = Object.entries(env).filter(([name]) => name.startsWith(place + ":"));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(place.length + 1), value]));
}

function assigned(className) {
  return class extends DurableObject {
    constructor(ctx, env) {
      super(ctx, env);
      const place = positionOf(ctx.id.toString()) < ${border} ? 0 : 1;
      return new versions[place][className](ctx, envOf(env, String(place)));
    }
  };
}

${classNames.map((name, index) => `const class${index} = assigned(${JSON.stringify(name)});`).join("\n")}
export { ${classNames.map((name, index) => `class${index} as ${name}`).join(", ")} };
export default {};
`;
}
