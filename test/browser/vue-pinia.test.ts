import { journeys } from './journeys.js';

journeys('vue-pinia');
