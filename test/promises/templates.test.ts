import { expect, test } from 'vitest';
import { migrated } from './inputs.js';

const SCRIPT = `import { ref } from 'vue';
import axios from 'axios';

const token = ref(localStorage.getItem('token'));
const files = ref([]);
const load = () => axios.get('/api/files', { headers: { Authorization: \`Bearer \${token.value}\` } });
`;

const findingsFor = (template: string) =>
  migrated([
    { path: 'package.json', text: '{ "dependencies": { "axios": "^1.6.0", "vue": "^3.4.0" } }\n' },
    {
      path: 'src/Files.vue',
      text: `<script setup>\n${SCRIPT}</script>\n\n<template>\n${template}\n</template>\n`,
    },
  ]).findings.flatMap(({ title, line }) => (title.startsWith('A template') ? [line] : []));

test('P4: a template that shows the token, or hands it to a component out of sight, is reported', () => {
  expect(findingsFor('  <p>{{ token }}</p>')).toEqual([11]);
  expect(findingsFor('  <p>Hello</p>\n  <third-party :token="token" />')).toEqual([12]);
});

test('a template that only asks for the token, puts it into an address, or names something else so, is not', () => {
  expect(findingsFor('  <p v-if="token">Hello</p>')).toEqual([]);
  expect(findingsFor('  <a :href="\'/api/files?token=\' + token">All</a>')).toEqual([]);
  expect(findingsFor('  <p v-for="token in files">{{ token }}</p>')).toEqual([]);
});
