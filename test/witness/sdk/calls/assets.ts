import type { World } from "../world";
import type { Calls } from "./types";

/** A file, and what stands for it. */
const FILE = { content: "hello", hash: "5d41402abc4b2a76b9719d911017c592" };

function begin({ client, account, script }: World) {
  const manifest = { "/hello.txt": { hash: FILE.hash, size: FILE.content.length } };
  return client.workers.scripts.assets.upload.create(script, { ...account, manifest });
}

/** Static assets: announced, then sent with the token of their session. */
export const ASSET_CALLS: Calls = {
  "workers.scripts.assets.upload.create": [begin],
  "workers.assets.upload.create": [
    async (world) => {
      const { jwt = "" } = await begin(world);
      const body = { [FILE.hash]: Buffer.from(FILE.content).toString("base64") };
      const headers = { authorization: `Bearer ${jwt}` };
      return world.client.workers.assets.upload.create({ ...world.account, base64: true, body }, { headers });
    },
  ],
};
