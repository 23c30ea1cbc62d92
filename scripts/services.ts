import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A program that tests run beside Node. */
export interface Service {
  readonly name: 'redis-server' | 'postgres' | 'mariadbd' | 'chromium';
  /** Names that it goes by on the PATH. */
  readonly programs: readonly string[];
  /** Where installers put it when that is not on the PATH. */
  readonly places: readonly string[];
  readonly debian: string;
  readonly macos: string;
}

export const SERVICES: readonly Service[] = [
  {
    name: 'redis-server',
    programs: ['redis-server', 'valkey-server'],
    places: ['/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server', '/snap/bin/redis-server'],
    debian: 'redis-server',
    macos: 'brew install redis',
  },
  {
    name: 'postgres',
    programs: ['postgres'],
    places: [
      ...[18, 17, 16, 15, 14, 13].map((version) => `/usr/lib/postgresql/${version}/bin/postgres`),
      '/opt/homebrew/opt/postgresql/bin/postgres',
    ],
    debian: 'postgresql',
    macos: 'brew install postgresql',
  },
  {
    name: 'mariadbd',
    programs: ['mariadbd'],
    places: ['/usr/sbin/mariadbd', '/opt/homebrew/bin/mariadbd'],
    debian: 'mariadb-server',
    macos: 'brew install mariadb',
  },
  {
    name: 'chromium',
    programs: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    places: [
      '/usr/lib/chromium/chromium',
      '/opt/google/chrome/chrome',
      '/snap/bin/chromium',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    debian: 'chromium',
    macos: 'brew install --cask chromium',
  },
];

export type ServiceName = Service['name'];

/** Where a service is installed on this machine, if it is. */
export function findService(name: ServiceName): string | undefined {
  const { programs, places } = serviceNamed(name);
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const onPath = programs.flatMap((program) => folders.map((folder) => join(folder, program)));
  return [...onPath, ...places].find(isExecutable);
}

/** The services that are not on this machine. */
export function missingServices(): Service[] {
  return SERVICES.filter(({ name }) => !findService(name));
}

/** The one line that installs services on the machine that this runs on. */
export function installLine(services: readonly Service[]): string {
  if (process.platform === 'darwin') return services.map(({ macos }) => macos).join(' && ');
  return `sudo apt-get install --yes ${services.map(({ debian }) => debian).join(' ')}`;
}

function serviceNamed(name: ServiceName): Service {
  const found = SERVICES.find((service) => service.name === name);
  if (!found) throw new Error(`${name} is none of ${SERVICES.map((service) => service.name).join(', ')}`);
  return found;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Root on Debian may install without asking anybody; elsewhere it is for the owner of the machine to do. */
function mayInstall(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function install(services: readonly Service[]): void {
  const packages = services.map(({ debian }) => debian);
  console.log(`Installing what the tests need: ${packages.join(', ')}`);
  // RUNLEVEL=1 keeps packages from starting their service: tests start their own.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const given of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const { status } = spawnSync('apt-get', ['-qq', ...given], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) return;
  }
}

/** Before the tests: finds the services or installs them, else says what to run. With CI=true they must be there. */
function main(): void {
  const absent = missingServices();
  if (absent.length && mayInstall()) install(absent);
  const missing = missingServices();
  if (!missing.length) return;
  const names = missing.map(({ name }) => name).join(' and ');
  console.error(`${names} not found on this machine. To install: ${installLine(missing)}`);
  if (process.env.CI === 'true') process.exit(1);
  console.error('Tests that need it are skipped.');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) main();
