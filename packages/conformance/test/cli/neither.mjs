export default { name: "neither" };
