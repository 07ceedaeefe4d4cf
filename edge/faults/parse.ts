import * as z from "zod";
import { checked } from "../api/checked";
import { READY_MADE, type FaultName } from "./ready-made";
import { ingestionFault, requestFault, type Fault, type FaultInput } from "./schema";

/** A ready-made fault with other values: `{ fault: "concurrent", times: "always" }`. */
export type Adapted = { readonly fault: FaultName } & Partial<Omit<z.input<typeof requestFault>, "answer">>;

/** A fault, by its name or in full. */
export type FaultGiven = FaultName | Adapted | FaultInput;

/** A list of faults with its defaults and its ready-made faults filled in. */
export interface FaultList {
  /** What shares are drawn by. */
  readonly seed: number;
  readonly faults: readonly Fault[];
}

const list = z.strictObject({ seed: z.int().default(1), faults: z.array(z.unknown()) });

/** Reads faults. Throws what is wrong, and in which of them. */
export function readFaults(value: unknown): FaultList {
  const { seed, faults } = checked(list, value, (why) => new Error(why), "the list of faults");
  return { seed, faults: faults.flatMap((given, index) => readFault(given, index + 1)) };
}

/** Reads faults from the text of a file. Throws what is wrong, and where in the file. */
export function readFaultFile(file: string, text: string): FaultList {
  try {
    return readFaults(JSON.parse(text));
  } catch (error) {
    throw new Error(`The faults in ${file} cannot be used: ${(error as Error).message}`, { cause: error });
  }
}

function readFault(given: unknown, number: number): Fault[] {
  const refusal = (why: string): Error => new Error(`fault ${number}: ${why}`);
  return inFull(given, refusal).map((fault) => {
    const schema: z.ZodType<Fault> = "ingestion" in fault ? ingestionFault : requestFault;
    return checked(schema, fault, refusal, "the whole");
  });
}

/** The faults that an entry of the list stands for. */
function inFull(given: unknown, refusal: (why: string) => Error): object[] {
  if (typeof given === "string") return [...readyMade(given, refusal)];
  if (typeof given !== "object" || given === null) {
    throw refusal(`is ${JSON.stringify(given)}, and must be an object, or the name of a ready-made fault`);
  }
  if (!("fault" in given)) return [given];
  const { fault: name, ...others } = given;
  return readyMade(name, refusal).map((fault) => ({ ...fault, ...others }));
}

function readyMade(name: unknown, refusal: (why: string) => Error): readonly FaultInput[] {
  const names = Object.keys(READY_MADE);
  if (typeof name === "string" && names.includes(name)) return READY_MADE[name as FaultName];
  throw refusal(`there is no ready-made fault ${JSON.stringify(name)}. There are ${names.join(", ")}.`);
}
