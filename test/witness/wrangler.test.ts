import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Cloudflare from "cloudflare";
import { ask, call, deploy, useEdge } from "../edge/support";
import { wrangler, type Ran } from "./wrangler/command";
import { dialogue, ENTER, type Answers } from "./wrangler/dialogue";
import { Project } from "./wrangler/project";

const NAME = "told-by-wrangler";
const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/** Wrangler's word for something that a person is to be told. */
const COMPLAINT = /WARNING|ERROR/;

const CONFIG = {
  name: NAME,
  main: "worker.mjs",
  compatibility_date: "2026-07-01",
  workers_dev: true,
  observability: { enabled: true, head_sampling_rate: 1 },
  version_metadata: { binding: "VERSION" },
};

const SOURCE = `export default {
  fetch(request, { WORD, VERSION, SECRET, LATER }) {
    return Response.json({ word: WORD, version: VERSION.id, tag: VERSION.tag, secret: SECRET, later: LATER });
  },
};`;

/** What the Worker says of itself. */
interface Served {
  readonly word: string;
  readonly version: string;
  readonly tag: string;
  readonly secret?: string;
  readonly later?: string;
}

/** One Worker's life, told in wrangler's commands: each goes on where the one before ended. */
describe("wrangler", function () {
  this.timeout(180_000);
  const started = useEdge();
  const project = new Project();
  const versions: Record<"one" | "two" | "three", string> = { one: "", two: "", three: "" };

  after(() => {
    project.remove();
  });

  it("whoami tells the account and no more than that", async () => {
    const { stdout } = await succeeds(["whoami"]);
    assert.match(stdout, new RegExp(started.edge.accountId));
    assert.ok(!stdout.includes(started.edge.token));
  });

  it("deploy makes a Worker, reachable at once", async () => {
    write("one");
    const { stdout } = await succeeds(["deploy"]);
    versions.one = versionIn(stdout);
    assert.match(stdout, new RegExp(`${NAME}\\.local\\.`));
    assert.deepEqual(await served(), { word: "one", version: versions.one, tag: "" });
  });

  it("versions upload gives the new version no traffic", async () => {
    write("two");
    const { stdout } = await succeeds(["versions", "upload", "--tag", "v2", "--message", "the second"]);
    versions.two = versionIn(stdout);
    assert.notEqual(versions.two, versions.one);
    assert.equal((await served()).version, versions.one);
  });

  it("versions list and versions view tell what was uploaded", async () => {
    const { stdout } = await succeeds(["versions", "list", "--json"]);
    const listed = JSON.parse(stdout) as {
      id: string;
      number: number;
      annotations: Record<string, string>;
    }[];
    assert.deepEqual(
      listed.map(({ id }) => id),
      [versions.one, versions.two],
    );
    assert.equal(listed[1]?.annotations["workers/tag"], "v2");
    const view = await succeeds(["versions", "view", versions.two]);
    assert.match(view.stdout, new RegExp(`Version ID:\\s+${versions.two}`));
    assert.match(view.stdout, /Tag:\s+v2/);
    assert.match(view.stdout, /Message:\s+the second/);
    assert.match(view.stdout, /Compatibility Date:\s+2026-07-01/);
    assert.match(view.stdout, /WORD.*"two"/s);
  });

  it("versions deploy splits the traffic, which the versions then have", async () => {
    const { stdout } = await succeeds([
      "versions",
      "deploy",
      `${versions.one}@75%`,
      `${versions.two}@25%`,
      "--yes",
      "--message",
      "a quarter",
    ]);
    assert.match(stdout, new RegExp(`version ${versions.one} at 75% and version ${versions.two} at 25%`));
    const seen = new Set<string>();
    for (let i = 0; i < 60 && seen.size < 2; i += 1) seen.add((await served()).version);
    assert.deepEqual([...seen].sort(), [versions.one, versions.two].sort());
  });

  it("deployments status and deployments list tell the split", async () => {
    const status = await succeeds(["deployments", "status"]);
    assert.match(status.stdout, /Message:\s+a quarter/);
    assert.match(status.stdout, new RegExp(`\\(75%\\) ${versions.one}`));
    assert.match(status.stdout, new RegExp(`\\(25%\\) ${versions.two}`));
    const list = await succeeds(["deployments", "list", "--json"]);
    const deployments = JSON.parse(list.stdout) as { versions: unknown[] }[];
    assert.deepEqual(
      deployments.map((deployment) => deployment.versions.length),
      [1, 2],
    );
  });

  atTerminal("versions deploy asks which version is to have how much, and why", async () => {
    const { stdout } = await answered(
      ["versions", "deploy"],
      [
        // The newest version is the first to choose.
        [/Which version\(s\) do you want to deploy/, ` ${ENTER}`],
        [/What percentage of traffic should Worker Version 1 receive/, `100${ENTER}`],
        [/Add a deployment message/, `all of it${ENTER}`],
      ],
    );
    assert.match(stdout, new RegExp(`Deployed ${NAME} version ${versions.two} at 100%`));
    assert.deepEqual(await served(), { word: "two", version: versions.two, tag: "v2" });
    assert.equal((await deployments())[0]?.annotations?.["workers/message"], "all of it");
  });

  it("versions deploy refuses a version that there is not, and leaves the traffic", async () => {
    const none = "00000000-0000-4000-8000-000000000000";
    const { code, stderr } = await run(["versions", "deploy", `${none}@100%`, "--yes"]);
    assert.notEqual(code, 0);
    assert.match(stderr, /does not exist/);
    assert.equal((await served()).version, versions.two);
  });

  it("versions deploy and another client at once: both are kept, the later one is active", async () => {
    const before = await deployments();
    await Promise.all([
      succeeds(["versions", "deploy", `${versions.one}@40%`, `${versions.two}@60%`, "--yes"]),
      deploy(started.edge, NAME, { [versions.two]: 100 }),
    ]);
    const [active, earlier, ...others] = await deployments();
    assert.deepEqual(others, before);
    assert.deepEqual([active?.source, earlier?.source].sort(), ["api", "wrangler"]);
    const status = await succeeds(["deployments", "status", "--json"]);
    assert.deepEqual((JSON.parse(status.stdout) as { id: string }).id, active?.id);
  });

  it("rollback goes back to the version before", async () => {
    const { stdout } = await succeeds(["rollback", versions.one, "--message", "it was better"]);
    assert.match(stdout, new RegExp(`${versions.one} has been deployed to 100% of traffic`));
    assert.equal((await served()).version, versions.one);
  });

  it("secret put makes and deploys a version with the secret, secret list names it", async () => {
    // Cloudflare refuses it while the latest version is not the one deployed.
    await succeeds(["versions", "deploy", `${versions.two}@100%`, "--yes"]);
    await succeeds(["secret", "put", "SECRET"], "a hidden word");
    const { stdout } = await succeeds(["secret", "list"]);
    assert.deepEqual(JSON.parse(stdout), [{ name: "SECRET", type: "secret_text" }]);
    const { secret, version } = await served();
    assert.equal(secret, "a hidden word");
    assert.notEqual(version, versions.two);
  });

  atTerminal("rollback to before the secret asks first, and does nothing against a no", async () => {
    const { version } = await served();
    const { stdout } = await answered(
      ["rollback", versions.two],
      [
        [/optional message for this rollback/, ENTER],
        [/Are you sure you want to deploy this Worker Version/, "y"],
        [/secrets have changed since version[^]*SECRET/, "n"],
      ],
    );
    assert.match(stdout, /Aborting rollback/);
    assert.equal((await served()).version, version);
  });

  it("rollback to before the secret goes on against a yes", async () => {
    const { stdout } = await succeeds(["rollback", versions.two, "--message", "before the secret"]);
    assert.match(stdout, /secrets have changed.*SECRET/s);
    assert.equal((await served()).version, versions.two);
  });

  it("versions secret put makes a version that gets no traffic", async () => {
    const { stdout } = await succeeds(["versions", "secret", "put", "LATER"], "another hidden word");
    versions.three = versionIn(stdout);
    assert.equal((await served()).later, undefined);
    await succeeds(["versions", "deploy", `${versions.three}@100%`, "--yes"]);
    assert.equal((await served()).later, "another hidden word");
  });

  it("secret delete takes the secret from the Worker", async () => {
    await succeeds(["secret", "delete", "LATER"]);
    assert.equal((await served()).later, undefined);
  });

  it("deploy of a Worker that is there keeps its secrets", async () => {
    write("four");
    const { stdout } = await succeeds(["deploy", "--message", "all of it"]);
    assert.deepEqual(await served(), {
      word: "four",
      version: versionIn(stdout),
      tag: "",
      secret: "a hidden word",
    });
  });

  it("tail is refused clearly", async () => {
    const { code, stderr } = await run(["tail"]);
    assert.notEqual(code, 0);
    assert.match(stderr, /the local edge does not emulate POST .*\/tails/);
  });

  it("delete takes the Worker and its traffic away", async () => {
    await succeeds(["delete", "--force"]);
    assert.equal((await ask(started.edge, NAME)).status, 404);
    const { status } = await call(
      started.edge,
      `/accounts/${started.edge.accountId}/workers/services/${NAME}`,
    );
    assert.equal(status, 404);
  });

  it("deploy and versions upload bring static assets, and send no file twice", async () => {
    const site = "site-by-wrangler";
    const assets = { directory: "public", binding: "ASSETS" };
    mkdirSync(join(project.folder, "public"));
    writeFileSync(join(project.folder, "public", "hello.txt"), "hello");
    project.write({ ...CONFIG, name: site, assets }, SOURCE);
    const { stdout } = await succeeds(["deploy"]);
    assert.match(stdout, /Uploaded 1 of 1 asset/);
    assert.equal((await ask(started.edge, site, { path: "/hello.txt" })).body, "hello");
    writeFileSync(join(project.folder, "public", "more.txt"), "more");
    const uploaded = await succeeds(["versions", "upload"]);
    assert.match(uploaded.stdout, /Found 1 new or modified static asset/);
    const second = versionIn(uploaded.stdout);
    assert.notEqual((await ask(started.edge, site, { path: "/more.txt" })).body, "more");
    await deploy(started.edge, site, { [second]: 100 });
    assert.equal((await ask(started.edge, site, { path: "/more.txt" })).body, "more");
  });

  function atTerminal(what: string, test: () => Promise<void>): void {
    // Elsewhere `script` takes other options.
    if (process.platform === "linux") it(what, test);
    else it.skip(what);
  }

  async function answered(args: readonly string[], answers: Answers): Promise<Ran> {
    const ran = await dialogue(started.edge, project, args, answers);
    assert.equal(ran.code, 0, ran.stdout);
    return ran;
  }

  async function deployments(): Promise<Cloudflare.Workers.Scripts.Deployment[]> {
    const path = `/accounts/${started.edge.accountId}/workers/scripts/${NAME}/deployments`;
    const { json } = await call(started.edge, path);
    return (json.result as Cloudflare.Workers.Scripts.DeploymentListResponse).deployments;
  }

  function write(word: string): void {
    project.write({ ...CONFIG, vars: { WORD: word } }, SOURCE);
  }

  function run(args: readonly string[], input?: string): Promise<Ran> {
    return wrangler(started.edge, project, args, input);
  }

  /** Runs a command that has to succeed without a word of warning. */
  async function succeeds(args: readonly string[], input?: string): Promise<Ran> {
    const ran = await run(args, input);
    assert.equal(ran.code, 0, `${args.join(" ")}: ${ran.stdout}\n${ran.stderr}`);
    const complaints = (ran.stdout + ran.stderr).split("\n").filter((line) => COMPLAINT.test(line));
    // A rollback warns always of what it does.
    const unexpected = complaints.filter((line) => !line.includes("You are about to rollback"));
    assert.deepEqual(unexpected, [], `${args.join(" ")}: ${ran.stdout}\n${ran.stderr}`);
    return ran;
  }

  function versionIn(stdout: string): string {
    return new RegExp(`(?:Version ID:|Created version) (${UUID})`).exec(stdout)?.[1] ?? assert.fail(stdout);
  }

  async function served(): Promise<Served> {
    const answer = await ask(started.edge, NAME);
    assert.equal(answer.status, 200, answer.body);
    return JSON.parse(answer.body) as Served;
  }
});
