import { expect, test } from 'vitest';
import { migrated } from './inputs.js';

const CONFIG = `export default {
  modules: ['@nuxtjs/axios', '@nuxtjs/auth-next'],
};
`;

test('P4: a library that keeps and sends the token by itself is named', () => {
  const { findings } = migrated([
    { path: 'nuxt.config.js', text: CONFIG },
    {
      path: 'package.json',
      text: '{ "dependencies": { "nuxt": "^2.15.0", "@nuxtjs/auth-next": "^5.0.0" } }\n',
    },
  ]);
  expect(findings).toContainEqual(
    expect.objectContaining({
      title: '@nuxtjs/auth-next keeps the login token by itself',
      file: 'nuxt.config.js',
      line: 2,
    }),
  );
});
