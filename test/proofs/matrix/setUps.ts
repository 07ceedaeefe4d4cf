import { automation, commonJs, component, consumer, esModule, typeScript } from "./programs";
import type { Files, Packages, SetUp } from "./setUp";

const nodejs = (options: Record<string, unknown> = {}): unknown => ({ name: "nodejs", options });

const project = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: "matrix",
  runtime: nodejs(),
  main: "index.js",
  ...more,
});

/** Every set-up that a release has to work in. */
export function setUps({ tarball, pulumi }: Packages): SetUp[] {
  const own = { "pulumi-workers-release": `file:${tarball}` };
  const both = { ...own, "@pulumi/pulumi": pulumi };

  const plain = (manifest: Record<string, unknown>, files: Files): Files => ({
    "package.json": { name: "program", private: true, dependencies: both, ...manifest },
    "Pulumi.yaml": project(),
    ...files,
  });

  const typed = (module: string, moduleResolution: string, more: SetUp | Partial<SetUp> = {}): SetUp => {
    const compilerOptions = { target: "es2022", module, moduleResolution, strict: true, types: ["node"] };
    const esm = more.files !== undefined;
    return {
      manager: "npm",
      name: `TypeScript, ${module}, ${moduleResolution}`,
      checks: [["tsc", "--noEmit", "-p", "."]],
      ...more,
      files: plain(
        {
          type: esm ? "module" : "commonjs",
          dependencies: {
            ...both,
            typescript: "5.9.3",
            "ts-node": "10.9.2",
            tsx: "4.23.15",
            "@types/node": "24.19.2",
          },
        },
        {
          "tsconfig.json": { compilerOptions, files: ["index.ts"] },
          "index.ts": typeScript,
          "Pulumi.yaml": project({ main: "index.ts" }),
          ...more.files,
        },
      ),
    };
  };

  // A component and a program that depends on it, and on the package not at all.
  const workspace = (
    manager: SetUp["manager"],
    program: Record<string, string>,
    files: Files = {},
  ): SetUp => ({
    name: `component package, ${manager}${manager === "npm" ? " workspaces" : ""}`,
    manager,
    folder: "programs/app",
    files: {
      "package.json": { name: "monorepo", private: true, workspaces: ["packages/*", "programs/*"] },
      "packages/infra/package.json": {
        name: "@acme/infra",
        version: "1.0.0",
        exports: { ".": "./index.js" },
        dependencies: own,
        peerDependencies: { "@pulumi/pulumi": pulumi },
        devDependencies: { "@pulumi/pulumi": pulumi },
      },
      "packages/infra/index.js": component,
      "programs/app/package.json": { name: "app", private: true, dependencies: program },
      "programs/app/Pulumi.yaml": project(),
      "programs/app/index.js": consumer,
      ...files,
    },
  });
  const linked = { "@acme/infra": "workspace:*", "@pulumi/pulumi": pulumi };

  return [
    { name: "CommonJS", manager: "npm", files: plain({}, { "index.js": commonJs }) },
    { name: "ES modules", manager: "npm", files: plain({ type: "module" }, { "index.js": esModule }) },
    typed("commonjs", "node10"),
    typed("node16", "node16"),
    typed("esnext", "bundler", {
      name: "TypeScript, tsx, esnext, bundler",
      files: {
        "Pulumi.yaml": project({
          main: "index.ts",
          runtime: nodejs({ typescript: false, nodeargs: "--import tsx" }),
        }),
      },
    }),
    typed("nodenext", "nodenext", {
      name: "TypeScript, ts-node/esm, nodenext",
      files: {
        "Pulumi.yaml": project({
          main: "index.ts",
          runtime: nodejs({ nodeargs: "--loader ts-node/esm --no-warnings" }),
        }),
      },
    }),
    { name: "Node 22", manager: "npm", node: 22, files: plain({}, { "index.js": commonJs }) },
    {
      name: "main: elsewhere",
      manager: "npm",
      files: {
        "package.json": { name: "monorepo", private: true, workspaces: ["services/*"] },
        "Pulumi.yaml": project({ main: "services/checkout/infra/index.js" }),
        "services/checkout/package.json": { name: "checkout", private: true, dependencies: both },
        "services/checkout/infra/index.js": commonJs,
      },
    },
    workspace("npm", { "@acme/infra": "1.0.0" }),
    workspace("pnpm", linked, { "pnpm-workspace.yaml": { packages: ["packages/*", "programs/*"] } }),
    workspace("yarn", linked, { ".yarnrc.yml": { nodeLinker: "node-modules" }, "yarn.lock": "" }),
    workspace("yarn PnP", linked, { ".yarnrc.yml": { nodeLinker: "pnp" }, "yarn.lock": "" }),
    ...[false, true].map((inline) => ({
      name: `Automation API, ${inline ? "inline program" : "work folder"}`,
      manager: "npm" as const,
      automation: "automation.mjs",
      files: plain({}, { "index.js": commonJs, "automation.mjs": automation(inline) }),
    })),
  ];
}
