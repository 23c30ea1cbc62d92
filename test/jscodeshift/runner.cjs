// Runs stock jscodeshift for several transforms in one process, so that it and the transforms load once:
// `node runner.cjs <jobs.json> <results.json>`, jobs as [{ transform, files, folder }].
const { readFileSync, writeFileSync } = require('node:fs');
const { run } = require('jscodeshift/src/Runner.js');

async function runAll([, , jobsFile, resultsFile]) {
  const results = [];
  for (const { transform, files, folder } of JSON.parse(readFileSync(jobsFile, 'utf8'))) {
    process.chdir(folder);
    const { ok, nochange, skip, error } = await run(transform, files, {
      babel: true,
      extensions: 'js,jsx,mjs,cjs,ts,tsx,mts,cts',
      parser: 'babel',
      runInBand: true,
      silent: true,
    });
    results.push({ ok, nochange, skip, error });
  }
  writeFileSync(resultsFile, JSON.stringify(results));
}

runAll(process.argv);
