import { Buffer } from "node:buffer";

/** One part of a form. */
export interface Part {
  readonly name: string;
  /** The name of the file, for a part that is one. */
  readonly filename: string | undefined;
  readonly contentType: string | undefined;
  readonly content: Buffer;
}

const lineEnd = Buffer.from("\r\n");
const headEnd = Buffer.from("\r\n\r\n");

/**
 * Reads a multipart form as wrangler writes one into a file: its first line is the boundary. Node's own reader cannot be
 * used, since a program of Pulumi's may not wait in the middle of its arguments.
 */
export function partsOf(form: Buffer): Part[] {
  const boundary = form.subarray(0, Math.max(form.indexOf(lineEnd), 0));
  if (boundary.length === 0) return [];
  const delimiter = Buffer.concat([lineEnd, boundary]);
  const parts: Part[] = [];
  let begin = boundary.length + lineEnd.length;
  for (let end = form.indexOf(delimiter); end !== -1; end = form.indexOf(delimiter, begin)) {
    parts.push(partOf(form.subarray(begin, end)));
    begin = end + delimiter.length + lineEnd.length;
  }
  return parts;
}

function partOf(part: Buffer): Part {
  const at = part.indexOf(headEnd);
  const head = part.subarray(0, at).toString();
  return {
    name: /\bname="([^"]*)"/.exec(head)?.[1] ?? "",
    filename: /\bfilename="([^"]*)"/.exec(head)?.[1],
    contentType: /^content-type:(.*)$/im.exec(head)?.[1]?.trim(),
    content: part.subarray(at + headEnd.length),
  };
}
