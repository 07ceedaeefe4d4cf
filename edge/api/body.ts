import type { Context } from "hono";
import { HonoRequest } from "hono/request";
import * as z from "zod";
import { bytesOf, PLAIN_LIMIT, tooLarge, UPLOAD_LIMIT } from "./bytes";
import { checked } from "./checked";
import { CODES } from "./codes";
import { ApiError } from "./error";

/** The most parts of a form, so the most modules of a script. Cloudflare's own limit is not known. */
const MOST_PARTS = 2000;

/** The parts of a form that say things in JSON. */
const JSON_PARTS = ["metadata", "settings"];

/** The JSON body of a request. */
export async function jsonBody(context: Context, limit = PLAIN_LIMIT): Promise<unknown> {
  const bytes = await bytesOf(context, limit);
  try {
    return JSON.parse(bytes.toString());
  } catch (error) {
    throw unparsable(`it is not JSON: ${(error as Error).message}`);
  }
}

/** The JSON body of a request, as `schema` wants it. */
export async function parsedBody<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  return parsed(schema, await jsonBody(context));
}

/** The JSON document that a part of a request is. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unparsable(`it is not JSON: ${(error as Error).message}`);
  }
}

/** What a request has sent, as `schema` wants it. */
export function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  return checked(schema, value, unparsable);
}

/** The multipart body of a request. */
export async function formBody(context: Context): Promise<FormData> {
  const type = context.req.header("content-type") ?? "none";
  if (!type.toLowerCase().startsWith("multipart/form-data")) {
    throw new ApiError(
      400,
      CODES.invalidScript,
      `The content type is ${type}; the local edge takes a script as multipart/form-data, with a metadata part and ` +
        `a part for each module. Scripts in service worker syntax are not emulated.`,
    );
  }
  const bytes = await bytesOf(context, UPLOAD_LIMIT);
  checkParts(bytes, type);
  const form = await formOf(bytes, type);
  for (const name of JSON_PARTS) checkSize(name, form.get(name));
  return form;
}

/** Counted before they are parsed, which takes long for very many. */
function checkParts(bytes: Buffer, type: string): void {
  const [, quoted, plain] = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const delimiter = Buffer.from(`--${quoted ?? plain ?? ""}`);
  let parts = 0;
  for (let at = bytes.indexOf(delimiter); at !== -1; at = bytes.indexOf(delimiter, at + delimiter.length)) {
    parts += 1;
    // The last delimiter ends the form.
    if (parts > MOST_PARTS + 1) {
      throw unparsable(`it has more than ${MOST_PARTS} parts, the most that the local edge takes.`);
    }
  }
}

async function formOf(bytes: Buffer<ArrayBuffer>, type: string): Promise<FormData> {
  const whole = new Request("http://edge/", {
    method: "POST",
    headers: { "content-type": type },
    body: bytes,
  });
  try {
    return await new HonoRequest(whole).formData();
  } catch (error) {
    throw unparsable(`it is not a valid multipart/form-data: ${(error as Error).message}`);
  }
}

function checkSize(name: string, part: File | string | null): void {
  const size = typeof part === "string" ? Buffer.byteLength(part) : (part?.size ?? 0);
  if (size > PLAIN_LIMIT) throw tooLarge(PLAIN_LIMIT, `The part '${name}'`);
}

function unparsable(why: string): ApiError {
  return new ApiError(400, CODES.unparsableBody, `Could not parse request body: ${why}`);
}
