import { describe } from 'vitest';
import { findService, installLine, missingServices, type ServiceName } from '../../scripts/services.js';

/**
 * `describe` for tests that need services: without them they are skipped by name, and with CI=true they run, and
 * fail with what is missing.
 */
export function describeWith(services: readonly ServiceName[], name: string, body: () => void): void {
  const missing = services.filter((service) => !findService(service));
  const named = missing.length ? `${name} (needs ${missing.join(' and ')})` : name;
  describe.skipIf(missing.length > 0 && process.env.CI !== 'true')(named, body);
}

/** Where a service is, for the one who starts it. Throws with the line that installs it. */
export function serviceAt(name: ServiceName): string {
  const found = findService(name);
  if (found) return found;
  const missing = missingServices().filter((service) => service.name === name);
  throw new Error(`${name} is not installed here: ${installLine(missing)}`);
}
