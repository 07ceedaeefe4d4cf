import { isMap, isScalar, isSeq, parseDocument, Scalar, type Document, type YAMLMap } from "yaml";
import { otherSlo, sloKinds, type SloKind } from "./fields";

/** A place in a plan: `["stages", 1, "percent"]`. */
export type PlanPath = readonly (string | number)[];

/** A plan's text, which can be read and changed value by value. What is not changed stays as it was written. */
export class PlanDocument {
  private constructor(
    private readonly document: Document,
    private readonly isJson: boolean,
  ) {}

  /** Undefined for a text that is no YAML, or no map: a form cannot show that. */
  static read(text: string): PlanDocument | undefined {
    const document = parseDocument(text, { version: "1.2", schema: "core", stringKeys: true });
    if (document.errors.length > 0) return undefined;
    if (document.contents === null)
      document.contents = document.createNode({}) as unknown as typeof document.contents;
    return isMap(document.contents) ? new PlanDocument(document, /^\s*\{/.test(text)) : undefined;
  }

  toString(): string {
    if (this.isJson) return `${JSON.stringify(this.document.toJS(), undefined, 2)}\n`;
    return this.document.toString({ lineWidth: 0 });
  }

  /** How many there are in a list; 0 where there is none. */
  length(list: string): number {
    const node = this.document.get(list, true);
    return isSeq(node) ? node.items.length : 0;
  }

  /** A value as somebody would write it: a list with commas. Empty where there is none, or it is no plain value. */
  valueAt(path: PlanPath): string {
    const node = this.document.getIn(path, true);
    if (isScalar(node)) return textOf(node);
    if (!isSeq(node)) return "";
    return node.items.map((item) => (isScalar(item) ? textOf(item) : "")).join(", ");
  }

  /** Writes a value, as what it looks like: `5` is a number. An empty one is taken out. */
  set(path: PlanPath, text: string): void {
    const trimmed = text.trim();
    if (trimmed === "") {
      this.document.deleteIn(path);
      return;
    }
    const key = path.at(-1);
    const value = key === "status" ? statusesIn(trimmed) : key === "name" ? trimmed : valueOf(trimmed);
    const node = this.document.getIn(path, true);
    if (!isScalar(node) || Array.isArray(value)) {
      this.document.setIn(path, this.document.createNode(value));
      return;
    }
    // The node stays, and with it what is said beside it.
    node.value = value;
    delete node.source;
    delete (node as { minFractionDigits?: number }).minFractionDigits;
    if (typeof value !== "string") node.type = Scalar.PLAIN;
  }

  add(list: string, value: unknown): void {
    if (!isSeq(this.document.get(list, true))) this.document.set(list, this.document.createNode([]));
    const seq = this.document.get(list, true);
    if (isSeq(seq)) {
      if (seq.items.length === 0) seq.flow = false;
      seq.add(this.document.createNode(value));
    }
  }

  remove(list: string, index: number): void {
    this.document.deleteIn([list, index]);
  }

  /** Changes places with the one before. */
  raise(list: string, index: number): void {
    const seq = this.document.get(list, true);
    if (!isSeq(seq) || index < 1 || index >= seq.items.length) return;
    const [before, one] = [seq.items[index - 1], seq.items[index]];
    [seq.items[index - 1], seq.items[index]] = [one, before];
  }

  /** What kind of SLO stands at a place in the list. */
  sloKindAt(index: number): { readonly id: string; readonly kind: SloKind } {
    const id = this.sloIdAt(index);
    const kind = sloKinds[id];
    return kind === undefined ? { id: "other", kind: otherSlo } : { id, kind };
  }

  private sloIdAt(index: number): string {
    const sli = this.document.getIn(["slos", index, "sli"], true);
    if (isMap(sli)) return sli.has("status") ? "status" : "other";
    const name = isScalar(sli) ? String(sli.value) : "";
    const isCompared = this.document.hasIn(["slos", index, "slower"]);
    if (!isCompared) return name;
    return name === "cpuTime" ? "slowerCpuTime" : "slowerWallTime";
  }

  /** Makes an SLO one of another kind, with what that begins with. Its name stays. */
  setSloKind(index: number, id: string): void {
    const kind = sloKinds[id];
    const before = this.document.getIn(["slos", index], true);
    if (kind === undefined || !isMap(before)) return;
    const keep = ["name", "observeOnly", ...("max" in kind.begin ? ["max"] : [])];
    for (const key of keysOf(before)) if (!keep.includes(key)) before.delete(key);
    for (const [key, value] of Object.entries(kind.begin)) {
      if (!before.has(key)) before.set(key, this.document.createNode(value));
    }
  }

  /** The properties of the plan, or of a part of it. */
  keysAt(path: PlanPath): readonly string[] {
    const node = path.length === 0 ? this.document.contents : this.document.getIn(path, true);
    return isMap(node) ? keysOf(node) : [];
  }
}

function keysOf(map: YAMLMap): readonly string[] {
  return map.items.map(({ key }) => String(isScalar(key) ? key.value : key));
}

function textOf(node: Scalar): string {
  return typeof node.value === "string" ? node.value : (node.source ?? String(node.value));
}

function valueOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function statusesIn(text: string): (string | number | boolean)[] {
  return text.split(",").map((part) => valueOf(part.trim()));
}
