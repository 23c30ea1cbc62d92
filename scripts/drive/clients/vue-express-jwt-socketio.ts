import type { ClientRecipe } from '../client-recipe.js';

/** For its client alone: what it brings to build with no longer installs. */
const PAGES_BUILD = `import { resolve } from 'node:path';
import vue from '@vitejs/plugin-vue2';

const ours = ['store', 'mixins', 'utils', 'models', 'views', 'components'];
const under = (name, folder) => ({ find: new RegExp('^' + name + '/'), replacement: resolve(folder) + '/' });

// What Webpack alone understands; styles are left out.
const understood = {
  name: 'understood',
  enforce: 'pre',
  transform(code, id) {
    if (id.endsWith('.vue')) return code.replace(/<style[^]*?<\\/style>/g, '');
    if (id.endsWith('config/index.js'))
      return code.replace("require('path')", "{ resolve: () => '' }").replace(/port: \\d+,(?=\\n    proxy)/, 'port: Number(location.port),');
    if (id.endsWith('router/index.js'))
      return code.replace(/require\\(\\['([^']+)'\\], resolve\\)/g, "import('$1').then(found => resolve(found.default))");
  },
};

export default {
  plugins: [understood, vue()],
  css: { postcss: { plugins: [] } },
  define: { 'process.env.NODE_ENV': '"test"', 'process.env.npm_config_report': 'false', __dirname: '""' },
  resolve: {
    extensions: ['.js', '.vue', '.json'],
    alias: [
      { find: /^vue$/, replacement: 'vue/dist/vue.esm.js' },
      under('@', 'client'),
      under('lib', 'lib'),
      ...ours.map((name) => under(name, 'client/' + name)),
    ],
  },
};
`;

export const VUE_EXPRESS_JWT_SOCKETIO: ClientRecipe = {
  folder: '',
  files: () => ({ 'vite.config.mjs': PAGES_BUILD }),
  settings: () => [
    {
      file: 'index.html',
      find: '</body>',
      put: '<script type="module" src="/client/main.js"></script></body>',
    },
  ],
  build: ['npx', 'vite', 'build'],
  built: 'dist',
  passedOn: ['/login', '/captcha', '/socket', '/session'],
  pages: {
    gated: '/',
    guest: (page) => page.getByRole('button', { name: '登录系统' }),
    // Whoever is not known yet is registered.
    async register(page, person) {
      await this.logIn(page, person);
    },
    async logIn(page, { email, password }) {
      await page.goto('/');
      await this.guest(page).click();
      await page.locator('[name=email]').fill(email);
      await page.locator('[name=password]').fill(password);
      // Its tests know this picture.
      await page.locator('[name=captcha]').fill('wang');
      await page.getByRole('button', { name: '登录/注册' }).click();
      await page.locator('nav.right').getByText(email).waitFor();
    },
    async logOut(page) {
      await page.locator('nav.right button').click();
      await page.getByRole('button', { name: '退出系统' }).click();
      await this.guest(page).waitFor();
    },
    // Its server says by a socket who one is.
    async use(page) {
      await page.getByText('News').click();
      await page.reload();
      await page.locator('nav.right button').waitFor();
    },
  },
};
