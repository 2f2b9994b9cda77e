// Whether something was changed, whatever became of the answer.

/** A mutation is reported as done when it was, also when what it wrote could not be read after that. */
export function wasDone(kind: string | undefined, data: Readonly<Record<string, unknown>>): boolean {
  return kind === 'mutation' && Object.values(data).some((value) => value !== null);
}
