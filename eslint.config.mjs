import js from "@eslint/js";
import regexp from "eslint-plugin-regexp";
import tseslint from "typescript-eslint";

// The core decides; it must be able to run anywhere, a Worker included. So it may see neither Node nor an SDK,
// neither a clock nor the environment: time and the outside come in as arguments or ports.
const pureCore = {
  files: ["plan", "health", "rollout", "plots", "backtest", "view"].map(
    (folder) => `provider/${folder}/**/*.ts`,
  ),
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: "^(node:|cloudflare|@pulumi/|hono|commander|(\\.\\./)+(pulumi|cloudflare|cli|edge)/)",
            message: "plan/, health/, rollout/, plots/, backtest/ and view/ are pure.",
          },
        ],
      },
    ],
    "no-restricted-globals": ["error", "process", "setTimeout", "setInterval", "fetch", "Buffer", "console"],
    "no-restricted-properties": [
      "error",
      { object: "Date", property: "now", message: "Time comes in through the Clock." },
      { object: "Math", property: "random", message: "The core is deterministic." },
    ],
  },
};

// The dashboard is served by a command on a machine and by a Worker: it knows neither.
const dashboardAnywhere = {
  files: ["provider/dashboard/**/*.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          {
            regex: "^(node:|cloudflare|@pulumi/|@hono/|commander|(\\.\\./)+(pulumi|cli|host|edge)/)",
            message: "The dashboard knows no Node API and no host.",
          },
        ],
      },
    ],
    "no-restricted-globals": ["error", "process", "Buffer", "console", "__dirname", "__filename"],
    "no-restricted-properties": ["error", { object: "Date", property: "now", message: "Time comes in." }],
  },
};

// The edge stands in for Cloudflare: it must not know the package it proves, nor the package the edge.
const edgeApart = {
  files: ["edge/**/*.ts"],
  rules: {
    "no-restricted-imports": [
      "error",
      { patterns: [{ regex: "/provider(/|$)", message: "The edge stands alone." }] },
    ],
  },
};

// What is read may be made to be read slowly. An expression that meets it takes time in proportion to it.
const linear = {
  files: ["provider/**/*.ts", "edge/**/*.ts"],
  plugins: { regexp },
  rules: {
    "regexp/no-super-linear-backtracking": "error",
    "regexp/no-super-linear-move": "error",
  },
};

const browserGlobals = Object.fromEntries(
  [
    ...[
      "document",
      "location",
      "history",
      "fetch",
      "addEventListener",
      "DOMParser",
      "FormData",
      "URLSearchParams",
    ],
    ...[
      "Element",
      "HTMLElement",
      "HTMLDialogElement",
      "HTMLDetailsElement",
      "HTMLFormElement",
      "HTMLButtonElement",
    ],
    "clearTimeout",
  ].map((name) => [name, "readonly"]),
);

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", ".cache/", "provider/dashboard/client/*.d.mts"] },
  js.configs.recommended,
  {
    files: ["**/*.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/no-non-null-assertion": "error",
    },
  },
  {
    files: ["**/*.mjs"],
    languageOptions: {
      globals: Object.fromEntries(
        [
          "process",
          "console",
          "URL",
          "setTimeout",
          "setInterval",
          "clearInterval",
          "AbortController",
          "AbortSignal",
        ].map((name) => [name, "readonly"]),
      ),
    },
  },
  {
    files: ["examples/**/*.mjs"],
    languageOptions: { globals: { Response: "readonly", URL: "readonly", setTimeout: "readonly" } },
  },
  {
    files: ["provider/dashboard/client/*.mjs", "examples/assets/public/*.js"],
    languageOptions: { globals: browserGlobals },
  },
  pureCore,
  dashboardAnywhere,
  linear,
  edgeApart,
);
