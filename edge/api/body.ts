import type { Context } from "hono";
import * as z from "zod";
import { CODES } from "./codes";
import { ApiError } from "./error";
import { explain } from "./explain";

/** The JSON body of a request. */
export async function jsonBody(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
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
  const result = schema.safeParse(value);
  if (!result.success) throw unparsable(explain(result.error));
  return result.data;
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
  try {
    return await context.req.formData();
  } catch (error) {
    throw unparsable(`it is not a valid multipart/form-data: ${(error as Error).message}`);
  }
}

function unparsable(why: string): ApiError {
  return new ApiError(400, CODES.unparsableBody, `Could not parse request body: ${why}`);
}
