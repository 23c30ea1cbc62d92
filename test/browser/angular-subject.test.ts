import { journeys } from './journeys.js';

journeys('angular-subject');
