import * as z from "zod";
import { ApiError } from "../api/error";
import { CODES } from "../api/codes";
import { checked } from "../api/checked";
import { checkedMetadata } from "./metadata";
import { refuseUnemulated } from "./unemulated";
import { checkModules, moduleFrom, type Upload } from "./upload";

const jsonModule = z.object({
  name: z.string().min(1),
  content_type: z.string(),
  content_base64: z.base64(),
});

const body = z.looseObject({ modules: z.array(jsonModule).default([]) });

/** Reads an upload of the newer "workers" routes: one JSON document, with the modules in it. */
export function parseJsonUpload(value: unknown): Upload {
  const { modules: given, ...rest } = checked(
    body,
    value,
    (faults) => new ApiError(400, CODES.unparsableBody, faults),
  );
  refuseUnemulated(rest, "version");
  const metadata = checkedMetadata(rest);
  const modules = given.map(({ name, content_type, content_base64 }) =>
    moduleFrom(name, content_type, Buffer.from(content_base64, "base64")),
  );
  checkModules(modules, metadata.main_module);
  return { metadata, modules, isStrict: true };
}
