import { journeys } from './journeys.js';

journeys('svelte');
