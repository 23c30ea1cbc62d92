import { installLine, missingServices } from '../../scripts/services.js';

/** Run once around all tests: the last line says what was skipped for want of a service. */
export function teardown(): void {
  const missing = missingServices();
  if (!missing.length || process.env.CI === 'true') return;
  const names = missing.map(({ name }) => name).join(' and ');
  console.log(`Tests that need ${names} were skipped. To run them: ${installLine(missing)}`);
}
