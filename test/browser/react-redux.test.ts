import { journeys } from './journeys.js';

journeys('react-redux', { apart: true });
