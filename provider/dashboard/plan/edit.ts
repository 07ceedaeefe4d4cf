import { PlanDocument, type PlanPath } from "./document";
import { planFields, sloKinds, stageFields, type Field } from "./fields";

/** What a form gives back. */
export interface PlanForm {
  /** The YAML now. */
  readonly text: string;
  /** The YAML that the form was made of: what differs from it was changed in the form. */
  readonly was: string;
  /** The values in the form, by their names. */
  readonly values: ReadonlyMap<string, string>;
  /** The button: `add:stages`, `remove:slos:1`, `raise:stages:2`; empty for none. */
  readonly action: string;
}

/** The name of a value in the form, which is also its place in messages: `stages[1].percent`. */
export function nameOf(path: PlanPath): string {
  return path.reduce<string>((name, key) => {
    if (typeof key === "number") return `${name}[${key}]`;
    return name === "" ? key : `${name}.${key}`;
  }, "");
}

/** The name of the choice of an SLO's kind. */
export function kindName(index: number): string {
  return `slos[${index}]/kind`;
}

/** A value that a form has for a plan. */
export interface PlanValue {
  readonly path: PlanPath;
  readonly field: Field;
}

export function stageValues(index: number): readonly PlanValue[] {
  return stageFields.map((field) => ({ path: ["stages", index, field.key], field }));
}

export function sloValues(document: PlanDocument, index: number): readonly PlanValue[] {
  const { kind } = document.sloKindAt(index);
  return kind.fields.map((field) => ({ path: ["slos", index, ...field.key.split(".")], field }));
}

export const planValues: readonly PlanValue[] = planFields.map((field) => ({ path: [field.key], field }));

/** All values that the form of a plan has. */
function valuesIn(document: PlanDocument): readonly PlanValue[] {
  const each = (list: string): number[] => Array.from({ length: document.length(list) }, (_, index) => index);
  return [
    ...each("slos").flatMap((index) => sloValues(document, index)),
    ...each("stages").flatMap(stageValues),
    ...planValues,
  ];
}

/**
 * The YAML with what was changed in the form. Where the YAML was changed as well, both changes hold. Comments stay, and a
 * text in which the form has changed nothing stays as it is, letter by letter.
 */
export function edited({ text, was, values, action }: PlanForm): string {
  const before = PlanDocument.read(was);
  const document = PlanDocument.read(text);
  if (before === undefined || document === undefined) return text;
  const changes = valuesIn(before).flatMap(({ path }) => {
    const value = values.get(nameOf(path));
    return value === undefined || value === before.valueAt(path) ? [] : [{ path, value }];
  });
  const kinds = Array.from({ length: before.length("slos") }, (_, index) => index).flatMap((index) => {
    const id = values.get(kindName(index));
    return id === undefined || id === before.sloKindAt(index).id ? [] : [{ index, id }];
  });
  if (changes.length === 0 && kinds.length === 0 && action === "") return text;
  for (const { path, value } of changes) document.set(path, value);
  for (const { index, id } of kinds) document.setSloKind(index, id);
  act(document, action);
  return document.toString();
}

const lists: Readonly<Record<string, (document: PlanDocument) => unknown>> = {
  slos: () => sloKinds["serverErrors"]?.begin,
  stages: (document) => nextStage(document),
};

function act(document: PlanDocument, action: string): void {
  const [what, list = "", index] = action.split(":");
  const begin = lists[list];
  if (begin === undefined) return;
  if (what === "add") document.add(list, begin(document));
  if (what === "remove") document.remove(list, Number(index));
  if (what === "raise") document.raise(list, Number(index));
}

/** What is likely to come after the last stage. */
function nextStage(document: PlanDocument): unknown {
  const last = document.length("stages") - 1;
  const percent = Number(document.valueAt(["stages", last, "percent"]).replace("%", ""));
  const soakTime = document.valueAt(["stages", last, "soakTime"]) || "10m";
  return { percent: Number.isFinite(percent) && percent < 50 ? 50 : 100, soakTime };
}
