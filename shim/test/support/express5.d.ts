/** Express 5 under a name of its own, used here only as Express 4 can be. */
declare module 'express5' {
  import express from 'express';
  export default express;
}
