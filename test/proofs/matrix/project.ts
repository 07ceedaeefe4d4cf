import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import type { Manager, SetUp } from "./setUp";

/** What a command came to. */
export interface Ran {
  readonly code: number | null;
  readonly output: string;
}

const pnpm = ["npx", "--yes", "pnpm@10.33.0"];
const yarn = ["npx", "--yes", "--package=@yarnpkg/cli-dist@4.18.1", "yarn"];

const installs: Record<Manager, readonly string[]> = {
  npm: ["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier"],
  pnpm: [...pnpm, "install", "--no-frozen-lockfile"],
  yarn: [...yarn, "install"],
  "yarn PnP": [...yarn, "install"],
};

/** A set-up on disk. */
export class Project {
  readonly #setUp: SetUp;
  readonly root: string;
  readonly #env: NodeJS.ProcessEnv;

  /**
   * @param root an empty folder
   * @param env beside the environment of this process
   */
  constructor(setUp: SetUp, root: string, env: NodeJS.ProcessEnv) {
    this.#setUp = setUp;
    this.root = root;
    for (const part of ["state", "home"]) mkdirSync(join(root, ".pulumi", part), { recursive: true });
    for (const [path, content] of Object.entries(setUp.files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(
        join(root, path),
        typeof content === "string" ? content : JSON.stringify(content, null, 2),
      );
    }
    this.#env = {
      ...process.env,
      PULUMI_BACKEND_URL: `file://${join(root, ".pulumi", "state")}`,
      PULUMI_HOME: join(root, ".pulumi", "home"),
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A lockfile is nothing that a new project has.
      YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
      YARN_ENABLE_TELEMETRY: "0",
      ...env,
    };
    if (setUp.node !== undefined) {
      const bin = join(root, "node_modules", ".bin");
      this.#env["PATH"] = [bin, this.#env["PATH"]].join(delimiter);
    }
  }

  /** Installs all packages. */
  async install(): Promise<Ran> {
    const [command = "", ...args] = installs[this.#setUp.manager];
    const installed = await this.#run(this.root, command, args);
    if (installed.code !== 0 || this.#setUp.node === undefined) return installed;
    const node = ["install", "--no-save", "--prefer-offline", `node@${this.#setUp.node}`];
    return this.#run(this.root, "npm", node);
  }

  /** Runs a program of the project's own packages. */
  check([tool = "", ...args]: readonly string[]): Promise<Ran> {
    return this.#run(this.#folder, join(this.root, "node_modules", ".bin", tool), args);
  }

  /** Runs a command of Pulumi, or of the project's script that stands for it. */
  pulumi(step: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const { automation, manager } = this.#setUp;
    if (automation !== undefined) return this.#run(this.#folder, "node", [automation, step], env);
    const command = ["pulumi", ...args, "--non-interactive", "--color=never"];
    // Without Yarn nothing tells Node of Plug'n'Play.
    const [first = "", ...rest] = manager === "yarn PnP" ? [...yarn, "exec", ...command] : command;
    return this.#run(this.#folder, first, rest, env);
  }

  get #folder(): string {
    return join(this.root, this.#setUp.folder ?? "");
  }

  #run(cwd: string, command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
    const child = spawn(command, args, {
      cwd,
      env: { ...this.#env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    return new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => {
        resolve({ code, output });
      });
    });
  }
}
