import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

const ofNpm = /[\\/]node_modules[\\/](\.bin|@npmcli[\\/]run-script[\\/].*)$/;

/** The folders of a PATH as the machine has it, without those that npm puts in front. */
export function machineFolders(path = process.env.PATH ?? "") {
  return path.split(delimiter).filter((folder) => folder !== "" && !ofNpm.test(folder));
}

export function find(command, folders) {
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    const { size } = statSync(file);
    return size > 0 && statSync(file).isFile();
  } catch {
    return false;
  }
}
