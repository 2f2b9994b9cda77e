// `npm run start:cluster`: as `npm start`, with several server processes behind one port.
import { bootstrap, runBuilt } from './launch/bootstrap.mjs';
import { helpIfAsked } from './launch/help.mjs';

helpIfAsked(`npm run start:cluster [-- --workers N]
  As npm start, with N server processes behind one port; as many as there are cores when N is left out.`);
await bootstrap();
await runBuilt('src/process/cluster.js', process.argv.slice(2));
