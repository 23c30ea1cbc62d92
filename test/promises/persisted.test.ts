import { expect, test } from 'vitest';
import type { ListedFile } from '../../transforms/project/files.js';
import { migrated } from './inputs.js';

const LOGIN = `import axios from 'axios';

export const login = (form) => async (dispatch) => {
  const { data } = await axios.post('/api/login', form);
  dispatch({ type: 'LOGGED_IN', token: data.token });
};

export const notes = () => (dispatch, getState) =>
  axios.get('/api/notes', { headers: { Authorization: \`Bearer \${getState().auth.token}\` } });
`;
const STORE = `import { createStore } from 'redux';
import { persistReducer } from 'redux-persist';
import storage from 'redux-persist/lib/storage';
import { reducer } from './reducer';

export const store = createStore(persistReducer({ key: 'root', storage }, reducer));
`;
const MAIN = `import { createRoot } from 'react-dom/client';
import { store } from './store';
import { login, notes } from './actions';

createRoot(document.getElementById('root')).render(null);
`;

const filesWith = (store: string): ListedFile[] => [
  { path: 'src/actions.js', text: LOGIN },
  { path: 'src/store.js', text: store },
  { path: 'src/main.js', text: MAIN },
  {
    path: 'src/reducer.js',
    text: 'export const reducer = (state = {}, action) => ({ ...state, auth: action });\n',
  },
  { path: 'package.json', text: '{ "dependencies": { "react": "^18.0.0", "redux-persist": "^6.0.0" } }\n' },
];

test('P1: a token in state that a library keeps in the browser is taken up from there', () => {
  const { sites, files } = migrated(filesWith(STORE));
  expect(sites).toContainEqual(
    expect.objectContaining({ file: 'src/store.js', line: 6, role: 'store', action: 'bridged' }),
  );
  const module = files.find(({ path }) => path === 'src/session.js');
  expect(module?.after).toContain("key: 'persist:root', field: 'auth.token', flag: true");
});

test('P4: where it is not in sight how a library keeps the token, nothing moves, and both are told', () => {
  const { sites, files, findings } = migrated(filesWith(STORE.replace('storage }', 'storage, transforms }')));
  expect(sites.filter(({ role }) => role === 'attach').map(({ action }) => action)).toEqual(['manual']);
  expect(files.filter(({ status }) => status === 'added')).toEqual([]);
  expect(findings).toContainEqual(
    expect.objectContaining({
      title: 'redux-persist keeps state in the browser',
      file: 'src/store.js',
      line: 2,
      detail: expect.stringMatching(/blacklist.*acceptSession/),
    }),
  );
});
