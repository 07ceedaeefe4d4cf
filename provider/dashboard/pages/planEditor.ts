import { asWritten, frame, type Said } from "./frame";
import { markup, type Markup, type Piece } from "../../markup";
import { placeText, type PlanProblem } from "../../plan/file/problem";
import type { LoadedPlan } from "../../plan/file/load";
import { PlanDocument } from "../plan/document";
import { kindName, nameOf, planValues, sloValues, stageValues, type PlanValue } from "../plan/edit";
import { sloKinds } from "../plan/fields";
import { planSummary, planTimeline } from "../parts/timeline";
import { sign } from "../parts/sign";

/** A plan while somebody edits it. */
export interface EditedPlan {
  readonly account: string;
  /** The file's name; undefined for one that is not there yet. */
  readonly name: string | undefined;
  readonly text: string;
  /** The text of the file as it is; empty for one that is not there yet. */
  readonly saved: string;
  readonly loaded: LoadedPlan;
  readonly said: Said | undefined;
}

/** A form beside its YAML: each shows the other, with what is wrong where it belongs. */
export function planEditorPage(plan: EditedPlan): Markup {
  const { account, name, text, saved, loaded, said } = plan;
  const document = PlanDocument.read(text);
  const isChanged = text !== saved;
  const fields = new Fields(document, loaded.problems, name ?? newName);
  const form = document === undefined ? unreadable : formOf(document, fields);
  const content = markup`<p class="path"><a href="/plans">Plans</a></p>
  <form method="post" action="${pathOf(name)}" id="plan" data-live${isChanged && markup` data-changed`}>
    <div class="heading"><h1>${name ?? "A new plan"}</h1>${stateOf(loaded, isChanged)}
      <div class="orders"><button name="action" value="">Check</button>${name === undefined && newNameField()}<button class="primary" name="action" value="save">Save</button></div></div>
    ${loaded.checked && [planTimeline(loaded.checked), planSummary(loaded.checked)]}
    ${loaded.missing.length > 0 && markup`<p class="note">Without a value: ${loaded.missing.join(", ")}. What depends on these arguments is checked when they are given.</p>`}
    <div class="editor">
      <div class="form">${form}</div>
      <div class="yaml"><label for="text">${name?.endsWith(".json") ? "JSON" : "YAML"}</label>
        <textarea id="text" name="text" rows="30" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off" aria-describedby="problems">${asWritten(`\n${text}`)}</textarea>
        <input type="hidden" name="was" value="${asWritten(text)}"><input type="hidden" name="saved" value="${asWritten(saved)}">
        ${problemList(loaded.problems)}</div>
    </div>
  </form>`;
  return frame({
    title: `${name ?? "New plan"}${isChanged ? " (not saved)" : ""}`,
    part: "plans",
    account,
    content,
    said,
  });
}

/** The page of a plan file. */
export function pathOf(name: string | undefined): string {
  return name === undefined
    ? "/plans/new"
    : `/plans/file/${name.split("/").map(encodeURIComponent).join("/")}`;
}

/** What a plan is called in messages before it has a name. */
export const newName = "new plan";

const unreadable = markup`<p class="empty">The text cannot be read as a plan. Mend it there; the form comes back by itself.</p>`;

function stateOf({ problems }: LoadedPlan, isChanged: boolean): Markup {
  const check =
    problems.length === 0
      ? markup`<span class="badge good">${sign("done")}<span>in order</span></span>`
      : markup`<span class="badge bad">${sign("failed")}<span>${problems.length === 1 ? "1 problem" : `${problems.length} problems`}</span></span>`;
  return markup`<span role="status">${check}</span>${isChanged && markup`<span class="badge wait">${sign("unsure")}<span>not saved</span></span>`}`;
}

function newNameField(): Markup {
  return markup`<span class="row"><label for="name">File</label><input id="name" name="name" required pattern="[A-Za-z0-9][A-Za-z0-9._\\-]*\\.(ya?ml|json)" placeholder="web.yaml" autocomplete="off"></span>`;
}

function problemList(problems: readonly PlanProblem[]): Markup {
  const items = problems.map(
    ({ path, reason, ...at }) =>
      markup`<li><strong>${placeText(at.place)}</strong> ${path !== "" && markup`<code>${path}</code>: `}${reason}</li>`,
  );
  return markup`<div id="problems">${items.length > 0 && markup`<h2>What is wrong</h2><ul class="problems">${items}</ul>`}</div>`;
}

/** The values of a form, each with what is wrong with it. */
class Fields {
  constructor(
    private readonly document: PlanDocument | undefined,
    private readonly problems: readonly PlanProblem[],
    private readonly file: string,
  ) {}

  of({ path, field }: PlanValue): Markup {
    const name = nameOf(path);
    const value = this.document?.valueAt(path) ?? "";
    const wrong = this.wrongAt(name);
    const about = markup` aria-describedby="${name}-hint${wrong.length > 0 ? ` ${name}-wrong` : ""}"${wrong.length > 0 && markup` aria-invalid="true"`}`;
    const input =
      field.choices === undefined
        ? markup`<input id="${name}" name="${name}" value="${value}" placeholder="${field.byDefault ?? ""}" autocomplete="off"${about}>`
        : markup`<select id="${name}" name="${name}"${about}>${optionsOf(field.choices, value, field.byDefault)}</select>`;
    return markup`<div class="field"><label for="${name}">${field.label}</label>${input}<small id="${name}-hint" class="soft">${field.hint}</small>${wrong.length > 0 && markup`<ul class="wrong" id="${name}-wrong">${wrong.map((reason) => markup`<li>${reason}</li>`)}</ul>`}</div>`;
  }

  /** What is wrong with a part as a whole, or with what the form does not have of it. */
  rest(part: string, shown: readonly PlanValue[]): Piece {
    const names = shown.map(({ path }) => nameOf(path));
    const wrong = this.problems.filter(
      ({ path, place }) =>
        place.file === this.file &&
        (path === part || path.startsWith(`${part}.`)) &&
        !names.some((name) => path === name || path.startsWith(`${name}[`)),
    );
    return (
      wrong.length > 0 &&
      markup`<ul class="wrong">${wrong.map(({ path, reason }) => markup`<li>${path !== part && `${path}: `}${reason}</li>`)}</ul>`
    );
  }

  private wrongAt(name: string): readonly string[] {
    return this.problems
      .filter(({ path, place }) => place.file === this.file && (path === name || path.startsWith(`${name}[`)))
      .map(({ reason }) => reason);
  }
}

function optionsOf(choices: readonly string[], value: string, byDefault: string | undefined): Piece {
  const all = value === "" || choices.includes(value) ? choices : [...choices, value];
  return [
    markup`<option value=""${value === "" && markup` selected`}>${byDefault !== undefined && `${byDefault} (default)`}</option>`,
    all.map((choice) => markup`<option${choice === value && markup` selected`}>${choice}</option>`),
  ];
}

function formOf(document: PlanDocument, fields: Fields): Piece {
  const each = (list: string): number[] => Array.from({ length: document.length(list) }, (_, index) => index);
  const known = new Set(["slos", "stages", ...planValues.map(({ path }) => String(path[0]))]);
  const others = document.keysAt([]).filter((key) => !known.has(key));
  return [
    markup`<fieldset><legend>SLOs</legend>${fields.rest("slos", [])}${each("slos").map((index) => sloPart(document, fields, index))}<button name="action" value="add:slos">Add an SLO</button></fieldset>`,
    markup`<fieldset><legend>Stages</legend>${fields.rest("stages", [])}${each("stages").map((index) => stagePart(document, fields, index))}<button name="action" value="add:stages">Add a stage</button></fieldset>`,
    markup`<fieldset><legend>All of it</legend><div class="fields">${planValues.map((value) => fields.of(value))}</div>${others.length > 0 && markup`<p class="soft">Also set, in the YAML: ${others.join(", ")}.</p>`}</fieldset>`,
  ];
}

function sloPart(document: PlanDocument, fields: Fields, index: number): Markup {
  const { id } = document.sloKindAt(index);
  const values = sloValues(document, index);
  const name = kindName(index);
  const kinds = Object.entries(sloKinds).map(
    ([kind, { label }]) =>
      markup`<option value="${kind}"${kind === id && markup` selected`}>${label}</option>`,
  );
  const other =
    id === "other" && markup`<option value="other" selected>something else, see the YAML</option>`;
  return part(`SLO ${index + 1}`, "slos", index, [
    markup`<div class="field"><label for="${name}">Judges</label><select id="${name}" name="${name}">${kinds}${other}</select></div>`,
    values.map((value) => fields.of(value)),
    fields.rest(`slos[${index}]`, values),
  ]);
}

function stagePart(document: PlanDocument, fields: Fields, index: number): Markup {
  const values = stageValues(index);
  const known = ["percent", "soakTime", "progression"];
  const others = document.keysAt(["stages", index]).filter((key) => !known.includes(key));
  return part(`Stage ${index + 1}`, "stages", index, [
    values.map((value) => fields.of(value)),
    fields.rest(`stages[${index}]`, values),
    others.length > 0 && markup`<p class="soft">Also set, in the YAML: ${others.join(", ")}.</p>`,
  ]);
}

function part(title: string, list: string, index: number, content: Piece): Markup {
  const up =
    index > 0 &&
    markup`<button name="action" value="raise:${list}:${index}" aria-label="Move ${title} up">↑</button>`;
  return markup`<div class="part-of" role="group" aria-label="${title}"><div class="heading"><h3>${title}</h3><span class="small">${up}<button name="action" value="remove:${list}:${index}" aria-label="Remove ${title}">Remove</button></span></div><div class="fields">${content}</div></div>`;
}
