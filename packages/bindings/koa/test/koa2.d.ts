// The same surface, as far as the tests use it: the types of Koa 3 describe both majors.
declare module "koa2" {
  import koa from "koa";
  export default koa;
}
