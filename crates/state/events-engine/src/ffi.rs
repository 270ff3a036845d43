//! The engine's C interface, by hand: the npm package ships no header.
//!
//! The only module of this crate with `unsafe`: a C library cannot be called otherwise. Shapes of the
//! calls are those of `chdb.h` in chdb-core 26.5, as far as they are used here.
#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int};
use std::path::Path;
use std::sync::Arc;

use libloading::Library;

use crate::Error;

/// `struct chdb_connection_`; never looked into.
#[repr(C)]
struct ConnectionBody {
    _private: [u8; 0],
}

/// `chdb_result`; never looked into.
#[repr(C)]
struct ResultBody {
    _private: [u8; 0],
}

type ConnectionRef = *mut ConnectionBody;
type Connect = unsafe extern "C" fn(c_int, *const *const c_char) -> *mut ConnectionRef;
type Close = unsafe extern "C" fn(*mut ConnectionRef);
type Query = unsafe extern "C" fn(
    ConnectionRef,
    *const c_char,
    usize,
    *const c_char,
    usize,
    *const *const c_char,
    *const usize,
    *const *const c_char,
    *const usize,
    usize,
) -> *mut ResultBody;
type Buffer = unsafe extern "C" fn(*mut ResultBody) -> *const c_char;
type Length = unsafe extern "C" fn(*mut ResultBody) -> usize;
type Number = unsafe extern "C" fn(*mut ResultBody) -> u64;
type Destroy = unsafe extern "C" fn(*mut ResultBody);

/// The loaded library. Never unloaded: its threads outlive every connection.
pub(crate) struct Engine {
    connect: Connect,
    close: Close,
    query: Query,
    buffer: Buffer,
    length: Length,
    error: Buffer,
    rows_read: Number,
    rows_written: Number,
    destroy: Destroy,
}

/// One connection. It stays on the thread that opened it.
pub(crate) struct Connection {
    engine: Arc<Engine>,
    raw: *mut ConnectionRef,
}

/// What a statement gave.
pub(crate) struct Output {
    pub(crate) bytes: Vec<u8>,
    pub(crate) rows_read: u64,
    pub(crate) rows_written: u64,
}

impl Engine {
    pub(crate) fn load(path: &Path) -> Result<Arc<Self>, Error> {
        let failed = |source| Error::Load {
            path: path.to_owned(),
            source,
        };
        // SAFETY: the operator chose this file as the engine; its initialisers run as part of that
        // choice, in a process that is already confined.
        let library = unsafe { Library::new(path) }.map_err(failed)?;
        let library: &'static Library = Box::leak(Box::new(library));
        // SAFETY: the types above are those of the interface of the pinned version, and the library
        // is never unloaded, so that the pointers stay valid.
        let engine = unsafe {
            Self {
                connect: *library.get(b"chdb_connect\0").map_err(failed)?,
                close: *library.get(b"chdb_close_conn\0").map_err(failed)?,
                query: *library.get(b"chdb_query_with_params_n\0").map_err(failed)?,
                buffer: *library.get(b"chdb_result_buffer\0").map_err(failed)?,
                length: *library.get(b"chdb_result_length\0").map_err(failed)?,
                error: *library.get(b"chdb_result_error\0").map_err(failed)?,
                rows_read: *library
                    .get(b"chdb_result_storage_rows_read\0")
                    .map_err(failed)?,
                rows_written: *library.get(b"chdb_result_rows_written\0").map_err(failed)?,
                destroy: *library
                    .get(b"chdb_destroy_query_result\0")
                    .map_err(failed)?,
            }
        };
        Ok(Arc::new(engine))
    }

    /// Opens a connection; the first one of a process opens the store. Arguments are the engine's
    /// own, such as `--path=…`.
    pub(crate) fn connect(self: &Arc<Self>, arguments: &[String]) -> Option<Connection> {
        let arguments: Vec<CString> = std::iter::once("clickhouse")
            .chain(arguments.iter().map(String::as_str))
            .map(|text| CString::new(text).ok())
            .collect::<Option<_>>()?;
        let pointers: Vec<*const c_char> = arguments.iter().map(|text| text.as_ptr()).collect();
        let count = c_int::try_from(pointers.len()).ok()?;
        // SAFETY: `count` pointers to strings that end in NUL and live through the call, which
        // copies them.
        let raw = unsafe { (self.connect)(count, pointers.as_ptr()) };
        let usable = !raw.is_null() && {
            // SAFETY: not null, and as returned by the engine.
            unsafe { !(*raw).is_null() }
        };
        usable.then(|| Connection {
            engine: Arc::clone(self),
            raw,
        })
    }
}

impl Connection {
    /// Runs one statement; `parameters` are bound to its `{name:Type}` places, in ClickHouse's escaped form.
    ///
    /// # Errors
    /// The engine's message, `Code: N. DB::Exception: …`.
    pub(crate) fn query(
        &self,
        statement: &[u8],
        parameters: &[(String, String)],
    ) -> Result<Output, String> {
        const FORMAT: &[u8] = b"TabSeparated";
        let start = |text: &String| text.as_ptr().cast::<c_char>();
        let names: Vec<_> = parameters.iter().map(|(name, _)| start(name)).collect();
        let name_lengths: Vec<_> = parameters.iter().map(|(name, _)| name.len()).collect();
        let values: Vec<_> = parameters.iter().map(|(_, value)| start(value)).collect();
        let value_lengths: Vec<_> = parameters.iter().map(|(_, value)| value.len()).collect();
        // SAFETY: the connection is open; every pointer comes with its length, lives through the
        // call and is only read.
        let result = unsafe {
            (self.engine.query)(
                *self.raw,
                statement.as_ptr().cast(),
                statement.len(),
                FORMAT.as_ptr().cast(),
                FORMAT.len(),
                names.as_ptr(),
                name_lengths.as_ptr(),
                values.as_ptr(),
                value_lengths.as_ptr(),
                parameters.len(),
            )
        };
        if result.is_null() {
            return Err("the engine returned nothing".to_owned());
        }
        let output = self.read(result);
        // SAFETY: the result was returned above and is not used after this.
        unsafe { (self.engine.destroy)(result) };
        output
    }

    fn read(&self, result: *mut ResultBody) -> Result<Output, String> {
        // SAFETY: `result` is a live result. The error is null or ends in NUL; the buffer is null or
        // holds `length` bytes; both are copied before the result is destroyed.
        unsafe {
            let error = (self.engine.error)(result);
            if !error.is_null() {
                return Err(CStr::from_ptr(error).to_string_lossy().into_owned());
            }
            let (buffer, length) = ((self.engine.buffer)(result), (self.engine.length)(result));
            let bytes = if buffer.is_null() || length == 0 {
                Vec::new()
            } else {
                std::slice::from_raw_parts(buffer.cast::<u8>(), length).to_vec()
            };
            let rows_read = (self.engine.rows_read)(result);
            Ok(Output {
                bytes,
                rows_read,
                rows_written: (self.engine.rows_written)(result),
            })
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: closed once, here; the process would crash at its end if it were not.
        unsafe { (self.engine.close)(self.raw) };
    }
}
