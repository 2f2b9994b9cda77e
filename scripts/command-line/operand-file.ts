// Files that stand in a command's arguments.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ApiError } from '../../src/core/errors.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file.',
  ENOTDIR: 'there is no such file.',
  EISDIR: 'this is a folder; name a file in it.',
  EACCES: 'this file may not be read.',
};

/** The text of a file that the command's user named. Throws ApiError BAD_USER_INPUT with the name of the file. */
export function readOperand(file: string): string {
  try {
    // npm starts scripts in the folder of the package; INIT_CWD is where its user stands.
    return readFileSync(resolve(process.env['INIT_CWD'] ?? '', file), 'utf8');
  } catch (error) {
    const reason = reasons[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    throw new ApiError('BAD_USER_INPUT', `${file}: ${reason}`);
  }
}
