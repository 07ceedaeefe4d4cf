import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Edge } from "../../edge";
import { endProcessesOf } from "./processes";

/** Ignored by git. */
const cache = join(__dirname, "..", "..", ".cache");

/** What a command of Pulumi came to. */
export interface Ran {
  readonly code: number | null;
  /** Both streams, as a person sees them. */
  readonly output: string;
}

/** A command of Pulumi that runs. */
export interface Running {
  readonly process: ChildProcess;
  /** What it has printed so far. */
  readonly output: () => string;
  readonly ended: Promise<Ran>;
}

/** What `pulumi stack export` tells of a resource. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Record<string, unknown>;
  readonly outputs: Record<string, unknown>;
  readonly initErrors?: string[];
}

interface State {
  readonly resources: Resource[];
  readonly pending_operations?: { readonly type: string; readonly resource: Resource }[];
}

const up = ["up", "--yes", "--skip-preview", "--suppress-permalink=true"];

/** A Pulumi project with one stack, in a folder of its own: program, state, and Pulumi's own files. */
export class Stack {
  readonly folder: string;
  /** Everything that Pulumi has printed for this stack. */
  printed = "";
  /** Environment variables beside those of the edge; `undefined` takes one away. */
  environment: Record<string, string | undefined> = {};
  readonly #edge: Edge;
  readonly #running = new Set<ChildProcess>();

  /** @param folder empty; removed in the end */
  constructor(edge: Edge, folder: string) {
    this.#edge = edge;
    this.folder = folder;
    for (const part of ["program", "state", "home", "temp"]) mkdirSync(join(folder, part));
    // The name of a file: a folder would make Pulumi take the `main` of this repository's package.json.
    const project = { name: "e2e", runtime: "nodejs", main: "index.js" };
    writeFileSync(join(this.program, "Pulumi.yaml"), JSON.stringify(project));
  }

  /** The folder of the program. */
  get program(): string {
    return join(this.folder, "program");
  }

  /** Makes `source`, CommonJS, the program. */
  write(source: string): void {
    writeFileSync(join(this.program, "index.js"), source);
  }

  /** Starts a command of Pulumi, at the head of a process group, and does not wait for it. */
  start(...args: string[]): Running {
    return this.#spawn("pulumi", [...args, "--non-interactive", "--color=never"], "ignore");
  }

  #spawn(command: string, args: string[], stdin: "ignore" | "pipe"): Running {
    const child = spawn(command, args, {
      cwd: this.program,
      env: { ...this.#env(), SHELL: "/bin/sh" },
      stdio: [stdin, "pipe", "pipe"],
      detached: true,
    });
    this.#running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        this.printed += text;
      });
    }
    const ended = new Promise<Ran>((resolve, reject) => {
      child.once("error", reject).once("close", (code) => {
        this.#running.delete(child);
        resolve({ code, output });
      });
    });
    return { process: child, output: () => output, ended };
  }

  /** Runs a command of Pulumi to its end, however that is. */
  run(...args: string[]): Promise<Ran> {
    return this.start(...args).ended;
  }

  /** Runs a command of Pulumi that must succeed. */
  async succeed(...args: string[]): Promise<string> {
    const { code, output } = await this.run(...args);
    assert.equal(code, 0, `pulumi ${args.join(" ")}:\n${output}`);
    return output;
  }

  /** Runs Node in the folder of the program, as for a script that uses the Automation API. */
  node(...args: string[]): Promise<Ran> {
    return this.#spawn("node", args, "ignore").ended;
  }

  /** Makes the stack. */
  async init(): Promise<void> {
    await this.succeed("stack", "init", "test");
  }

  /** Starts `pulumi up` and does not wait for it. */
  startUp(...args: string[]): Running {
    return this.start(...up, ...args);
  }

  /** Starts `pulumi up` as a person does, in a terminal: what is written to its standard input is typed. */
  startUpInTerminal(): Running {
    const person = "TERM=xterm PULUMI_DISABLE_CI_DETECTION=true";
    const command = `stty cols 120 rows 40; ${person} exec pulumi ${up.join(" ")} --color=never`;
    return this.#spawn(
      "script",
      ["--quiet", "--return", "--flush", "--command", command, "/dev/null"],
      "pipe",
    );
  }

  /** `pulumi up`, however it ends. */
  up(...args: string[]): Promise<Ran> {
    return this.startUp(...args).ended;
  }

  /** `pulumi preview`, with all the details, however it ends. */
  preview(): Promise<Ran> {
    return this.run("preview", "--diff");
  }

  /** What the state remembers of the resource named `release`. */
  async release(): Promise<Resource> {
    const { resources } = await this.#state();
    const found = resources.find(({ urn }) => urn.endsWith("::release"));
    assert(found, "the release is in the state");
    return found;
  }

  /** The operations that Pulumi began and knows no end of: `creating` or `updating`, of what. */
  async pending(): Promise<string[]> {
    const { pending_operations: pending = [] } = await this.#state();
    return pending.map(({ type, resource }) => `${type} ${resource.urn.split("::").at(-1) ?? ""}`);
  }

  async #state(): Promise<State> {
    return (JSON.parse(await this.succeed("stack", "export")) as { deployment: State }).deployment;
  }

  /** The outputs of the stack. */
  async outputs(): Promise<Record<string, unknown>> {
    return JSON.parse(await this.succeed("stack", "output", "--json")) as Record<string, unknown>;
  }

  /** True when `text` stands anywhere in what Pulumi printed or in a file of the stack. */
  tells(text: string): boolean {
    if (this.printed.includes(text)) return true;
    const files = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    return files.some(
      (file) => file.isFile() && readFileSync(join(file.parentPath, file.name)).includes(text),
    );
  }

  /** Ends what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const child of this.#running) child.kill("SIGKILL");
    await endProcessesOf(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      ...this.#edge.environment(),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_HOME: join(this.folder, "home"),
      TMPDIR: join(this.folder, "temp"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...this.environment,
    };
  }
}

/** A folder in which a program finds this package by its own name. */
export function folderInRepository(): string {
  mkdirSync(cache, { recursive: true });
  return mkdtempSync(join(cache, "e2e-"));
}
