// As a compiler to CommonJS writes a default export.
const store = { get() {}, create() {}, replace() {}, remove() {} };
exports.__esModule = true;
exports.default = { name: "of CommonJS", open: async () => ({ store, close() {} }) };
