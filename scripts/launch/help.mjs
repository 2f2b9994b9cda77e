// `--help` of the commands that are not made with command.ts: what to type, before anything is installed, built or started.

/**
 * Prints the text and ends the process when the arguments ask for it.
 * @param {string} usage after "Usage: "
 */
export function helpIfAsked(usage) {
  const args = process.argv.slice(2);
  if (!args.includes('--help') && !args.includes('-h')) return;
  process.stdout.write(`Usage: ${usage}\n`);
  process.exit(0);
}
