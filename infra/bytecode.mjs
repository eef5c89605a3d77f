// Compiles the Python modules in a layer's folder: node bytecode.mjs FOLDER
// Pyodide is CPython, so its bytecode is that of every CPython with the same minor version.
import { loadPyodide } from "pyodide";

const python = await loadPyodide();
// Mounted where Lambda puts layers: the path stands in every traceback.
python.FS.mkdir("/opt");
python.FS.mount(python.FS.filesystems.NODEFS, { root: process.argv[2] }, "/opt");
const compiled = python.runPython(`
import compileall, py_compile
compileall.compile_dir(
    "/opt",
    legacy=True,  # beside the source, so that it is found without it
    maxlevels=32,
    quiet=1,
    # Nothing of the clock in it, and nothing to check at import: a layer cannot change.
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
)
`);
process.exit(compiled ? 0 : 1);
