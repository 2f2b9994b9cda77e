// `npm start`: makes the clone runnable, then becomes the server. No second process: npm's signals reach the server
// itself, and its exit code is this one's. (--max-semi-space-size stands in package.json's start script, because V8
// takes it from the command line only.)
import { bootstrap, runBuilt } from './launch/bootstrap.mjs';
import { helpIfAsked } from './launch/help.mjs';

helpIfAsked(`npm start
  Installs and builds when needed, then serves until SIGTERM or SIGINT. There are no options: the settings are
  environment variables (PORT, DATABASE_URL, ...), listed in src/handbook/settings.md.`);
await bootstrap();
await runBuilt('src/main.js', process.argv.slice(2));
