/** A request to an application, below its origin. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: unknown;
}

/** How a public application is started and used: what its README says, as data. */
export interface Recipe {
  /** The folder of its server, below the checkout. */
  readonly folder: string;
  readonly database: 'mongo' | 'none';
  /** Files that the README tells one to write, below the server's folder. */
  readonly files: (ports: Ports) => Readonly<Record<string, string>>;
  readonly environment: (ports: Ports) => Readonly<Record<string, string>>;
  /** The port that it listens on, where it can't be told another. */
  readonly port?: number;
  /** The command that starts it. */
  readonly start: readonly string[];
  readonly register: Call;
  readonly login: Call;
  /** The login token in the answer to a login. */
  readonly token: (answer: unknown) => unknown;
  readonly attach: (token: string) => Readonly<Record<string, string>>;
  readonly guarded: Call;
  /** Its own tests, when they are to be run too. */
  readonly tests?: readonly string[];
}

export interface Ports {
  readonly application: number;
  readonly database: number;
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
const field =
  (...names: string[]) =>
  (answer: unknown) =>
    names.reduce<unknown>(
      (value, name) => (value instanceof Object ? Reflect.get(value, name) : undefined),
      answer,
    );
const ANN = { name: 'Ann', username: 'ann', email: 'ann@example.com', password: 'correct-horse-1' };
const mongo = ({ database }: Ports, name: string) => `mongodb://127.0.0.1:${database}/${name}`;
const lines = (values: Record<string, string | number>) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** The recipes by the name of the repository. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  'devconnector_2.0': {
    folder: '',
    database: 'mongo',
    files: (ports) => ({
      'config/default.json': JSON.stringify({
        mongoURI: mongo(ports, 'dev'),
        jwtSecret: 'secret',
        githubToken: '',
      }),
    }),
    environment: ({ application }) => ({ PORT: String(application) }),
    start: ['node', 'server.js'],
    register: { method: 'POST', path: '/api/users', body: ANN },
    login: { method: 'POST', path: '/api/auth', body: ANN },
    token: field('token'),
    attach: (token) => ({ 'x-auth-token': token }),
    guarded: { method: 'GET', path: '/api/auth' },
  },
  proshop_mern: {
    folder: '',
    database: 'mongo',
    files: (ports) => ({
      '.env': lines({ PORT: ports.application, MONGO_URI: mongo(ports, 'shop'), JWT_SECRET: 'abc123' }),
    }),
    environment: () => ({ NODE_ENV: 'development' }),
    start: ['node', 'backend/server.js'],
    register: { method: 'POST', path: '/api/users', body: ANN },
    login: { method: 'POST', path: '/api/users/login', body: ANN },
    token: field('token'),
    attach: bearer,
    guarded: { method: 'GET', path: '/api/users/profile' },
  },
  'mern-tutorial': {
    folder: '',
    database: 'mongo',
    files: (ports) => ({
      '.env': lines({ PORT: ports.application, MONGO_URI: mongo(ports, 'goals'), JWT_SECRET: 'abc123' }),
    }),
    environment: () => ({ NODE_ENV: 'development' }),
    start: ['node', 'backend/server.js'],
    register: { method: 'POST', path: '/api/users', body: ANN },
    login: { method: 'POST', path: '/api/users/login', body: ANN },
    token: field('token'),
    attach: bearer,
    guarded: { method: 'GET', path: '/api/users/me' },
  },
  'node-express-boilerplate': {
    folder: '',
    database: 'mongo',
    files: (ports) => ({
      '.env': lines({
        PORT: ports.application,
        MONGODB_URL: mongo(ports, 'boilerplate'),
        JWT_SECRET: 'thisisasamplesecret',
        SMTP_HOST: '127.0.0.1',
        EMAIL_FROM: 'a@example.com',
      }),
    }),
    environment: () => ({ NODE_ENV: 'development' }),
    start: ['node', 'src/index.js'],
    register: {
      method: 'POST',
      path: '/v1/auth/register',
      body: { name: ANN.name, email: ANN.email, password: ANN.password },
    },
    login: { method: 'POST', path: '/v1/auth/login', body: { email: ANN.email, password: ANN.password } },
    token: field('tokens', 'access', 'token'),
    attach: bearer,
    guarded: { method: 'GET', path: '/v1/users/0123456789abcdef01234567' },
    tests: ['npx', 'jest', '-i'],
  },
  'Express-JWT-API': {
    folder: '',
    database: 'mongo',
    files: () => ({}),
    environment: ({ application, database }) => ({
      PORT: String(application),
      DB_HOST: `127.0.0.1:${database}`,
      DB_NAME: 'posts',
      JWT_SECRET: 'abc123',
      JWT_ACCESS_TOKEN_DURATION: '1h',
      JWT_REFRESH_TOKEN_DURATION: '7d',
    }),
    start: ['node', 'start.js'],
    register: { method: 'POST', path: '/api/register', body: ANN },
    login: { method: 'POST', path: '/api/login', body: ANN },
    token: field('token', 'access'),
    attach: bearer,
    guarded: { method: 'GET', path: '/api/posts' },
  },
  'node-jwt-sqlite-typescript-starter': {
    folder: '',
    database: 'none',
    files: () => ({ '.env': lines({ APP_SECRET: 'abc123' }) }),
    environment: () => ({}),
    // The port is written in its code.
    port: 3000,
    start: ['npx', 'ts-node-dev', '--transpile-only', 'index.ts'],
    // Its user is made anew at every start.
    register: { method: 'GET', path: '/' },
    login: { method: 'POST', path: '/api/auth/login', body: { email: 'foo@bar.com', password: '123' } },
    token: field('accessToken'),
    attach: (token) => ({ 'Access-Token': token }),
    guarded: { method: 'GET', path: '/api/items' },
  },
};
