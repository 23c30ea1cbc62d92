import type { ClientRecipe } from './client-recipe.js';
import { REACT_JWT_AUTH, VUE_3_AUTHENTICATION_JWT } from './clients/bezkoder.js';
import { DEVCONNECTOR } from './clients/devconnector.js';
import { MERN_TUTORIAL } from './clients/mern-tutorial.js';
import { PROSHOP } from './clients/proshop.js';
import { REACT_EXPRESS_JWT_AUTH } from './clients/react-express-jwt-auth.js';
import { REACT_JWT_REDUX } from './clients/react-jwt-redux.js';
import { VUE_EXPRESS_JWT_SOCKETIO } from './clients/vue-express-jwt-socketio.js';

/** The recipes of clients by the name of the repository. */
export const CLIENTS: Readonly<Record<string, ClientRecipe>> = {
  'devconnector_2.0': DEVCONNECTOR,
  'mern-tutorial': MERN_TUTORIAL,
  proshop_mern: PROSHOP,
  'react-express-jwt-auth': REACT_EXPRESS_JWT_AUTH,
  'react-jwt-auth': REACT_JWT_AUTH,
  'React-JWT-Redux': REACT_JWT_REDUX,
  'vue-3-authentication-jwt': VUE_3_AUTHENTICATION_JWT,
  'vue-express-jwt-socketio': VUE_EXPRESS_JWT_SOCKETIO,
};
