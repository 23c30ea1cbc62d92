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

test('P4: state that a library keeps in the browser is told of, with what to do', () => {
  const files: ListedFile[] = [
    { path: 'src/actions.js', text: LOGIN },
    { path: 'src/store.js', text: STORE },
    { path: 'src/main.js', text: MAIN },
    {
      path: 'src/reducer.js',
      text: 'export const reducer = (state = {}, action) => ({ ...state, auth: action });\n',
    },
    { path: 'package.json', text: '{ "dependencies": { "react": "^18.0.0", "redux-persist": "^6.0.0" } }\n' },
  ];
  const { findings } = migrated(files);
  expect(findings).toContainEqual(
    expect.objectContaining({
      title: 'redux-persist keeps state in the browser',
      file: 'src/store.js',
      line: 2,
      detail: expect.stringMatching(/blacklist.*acceptSession/),
    }),
  );
});
