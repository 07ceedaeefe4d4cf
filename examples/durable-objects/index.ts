import * as pulumi from "@pulumi/pulumi";
import { Release, ScriptVersion } from "pulumi-workers-release";

// `pulumi config set soakTime 8s` is for a rehearsal on the local edge, which is quick at everything.
const soakTime = new pulumi.Config().get("soakTime");

const modules = (main: string) => [
  { name: "worker.mjs", contentFile: main },
  { name: "room.mjs", contentFile: "room.mjs" },
];
const common = {
  scriptName: "rooms",
  mainModule: "worker.mjs",
  compatibilityDate: "2025-07-24",
  observability: { enabled: true },
};

// The code that serves today, and beside it the class, which nothing uses yet: this version gets all traffic at once,
// since Cloudflare splits no version that brings a migration. When it is everywhere, no older version can come back.
// The class is whole: while two versions share the traffic, an object runs the class of one of them, whichever calls it.
const migration = new ScriptVersion(
  "rooms-migration",
  {
    ...common,
    modules: modules("today.mjs"),
    migrations: [{ tag: "v1", newSqliteClasses: ["Room"] }],
    whenMigrating: "deployAtOnce",
  },
  // It has done its work once it is there. Later changes of the class come with the versions below.
  { ignoreChanges: ["modules"] },
);

// The code that uses the class. It brings no migration, so it can be released in stages.
const version = new ScriptVersion(
  "rooms",
  {
    ...common,
    modules: modules("worker.mjs"),
    bindings: [{ type: "durable_object_namespace", name: "ROOMS", class_name: "Room" }],
  },
  { dependsOn: migration },
);

export const { status } = new Release("rooms", {
  scriptName: "rooms",
  versionId: version.versionId,
  plan: {
    ...(soakTime !== undefined && { warmUp: "0s", settleTime: "0s", pollInterval: "1s", minRequests: 20 }),
    slos: [
      { name: "5xx", sli: "serverErrors", max: 0.01 },
      // Each stage resets objects: callers see an exception or two of a version that did nothing wrong.
      { sli: "exceptions", max: 0.02 },
    ],
    stages: [
      { percent: 50, soakTime: soakTime ?? "10m" },
      { percent: 100, soakTime: soakTime ?? "15m" },
    ],
  },
});
