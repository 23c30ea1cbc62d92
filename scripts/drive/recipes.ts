import type { Recipe } from './recipe.js';
import { MONGO } from './recipes/mongo.js';
import { SQL } from './recipes/sql.js';

/** The recipes by the name of the repository. */
export const RECIPES: Readonly<Record<string, Recipe>> = { ...SQL, ...MONGO };
