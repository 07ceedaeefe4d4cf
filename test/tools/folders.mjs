import { afterEach } from "mocha";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A temporary folder per test: call it inside `describe`, and what it returns inside `it`. */
export function temporaryFolders() {
  const made = [];
  afterEach(() => {
    for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
  });
  return () => {
    const folder = mkdtempSync(join(tmpdir(), "tools-"));
    made.push(folder);
    return folder;
  };
}

export function put(file, content) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

export function putProgram(file, script) {
  put(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

/** A CLI with all that belongs to it. */
export function putPulumi(folder, version = "v3.259.0") {
  for (const name of ["pulumi-language-nodejs", "pulumi-resource-pulumi-nodejs"]) {
    putProgram(join(folder, name), "true");
  }
  return putProgram(join(folder, "pulumi"), `echo ${version}`);
}
