// The same surface, as far as the tests use it: the types of Express 5 describe both majors.
declare module "express4" {
  import express from "express";
  export default express;
}
