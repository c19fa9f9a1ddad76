//! Types that stand for something outside the value graph (files, sockets, threads, clocks), and
//! the errors of the standard library.

use super::leaf::leaf;
use crate::shim::{self, mpsc};
use std::{
    alloc, any, array, backtrace, cell, char, collections, env, ffi, fmt, fs, hash, io, net, num,
    panic, path, process, str, string, task, thread, time,
};

leaf! {
    time::Duration, time::Instant, time::SystemTime,
    time::SystemTimeError, time::TryFromFloatSecsError,
    any::TypeId, alloc::Layout, alloc::LayoutError, alloc::System, panic::Location<'_>,
    backtrace::Backtrace, backtrace::BacktraceStatus,
    hash::RandomState, hash::DefaultHasher, hash::BuildHasherDefault<H> where [H],
}

leaf! {
    array::TryFromSliceError, cell::BorrowError, cell::BorrowMutError,
    char::CharTryFromError, char::DecodeUtf16Error, char::ParseCharError, char::TryFromCharError,
    collections::TryReserveError, env::JoinPathsError, env::VarError,
    ffi::FromBytesUntilNulError, ffi::FromBytesWithNulError, ffi::FromVecWithNulError,
    ffi::IntoStringError, ffi::NulError,
    fmt::Alignment, fmt::Error,
    num::IntErrorKind, num::ParseFloatError, num::ParseIntError, num::TryFromIntError,
    path::StripPrefixError, str::ParseBoolError, str::Utf8Error,
    string::FromUtf8Error, string::FromUtf16Error,
}

leaf! {
    fs::DirBuilder, fs::DirEntry, fs::File, fs::FileTimes, fs::FileType, fs::Metadata,
    fs::OpenOptions, fs::Permissions, fs::ReadDir,
    io::Empty, io::ErrorKind, io::Repeat, io::SeekFrom, io::Sink, io::Stderr, io::Stdin, io::Stdout,
    /// Reports nothing: a custom error inside is a `dyn Error`, which hides what it holds.
    io::Error,
    net::AddrParseError, net::IpAddr, net::Ipv4Addr, net::Ipv6Addr, net::Shutdown, net::SocketAddr,
    net::SocketAddrV4, net::SocketAddrV6, net::TcpListener, net::TcpStream, net::UdpSocket,
    process::Child, process::ChildStderr, process::ChildStdin, process::ChildStdout,
    process::Command, process::ExitCode, process::ExitStatus, process::Output, process::Stdio,
}

leaf! {
    thread::AccessError, thread::Builder, thread::Thread, thread::ThreadId,
    /// Reports nothing: the thread's result is not there yet, or still shared with the thread.
    thread::JoinHandle<T> where [T],
    shim::Barrier, shim::BarrierWaitResult, shim::Condvar, shim::Once, shim::OnceState,
    shim::WaitTimeoutResult, task::Waker,
    mpsc::RecvError, mpsc::RecvTimeoutError, mpsc::TryRecvError,
    /// Reports nothing: the messages under way are shared by the two ends of the channel.
    mpsc::Receiver<T> where [T],
    /// Reports nothing: see `Receiver`.
    mpsc::Sender<T> where [T],
    /// Reports nothing: see `Receiver`.
    mpsc::SyncSender<T> where [T],
}
