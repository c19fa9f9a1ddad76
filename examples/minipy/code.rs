//! The program in the form that the interpreter walks: names resolved to slots, unsupported syntax gone.
//!
//! Made once by [`lower`](crate::lower) from the parser's tree; knows nothing of the parser and nothing of
//! running programs. It is read-only and shared: interpreters in several threads walk the same tree. So it
//! owns no [`Value`](crate::value::Value), whose objects belong to one thread, only the plain data that an
//! interpreter makes its own values from.

use refcycle::{Trace, sync};

/// A program: its main code, and the strings that its code names by number.
pub(crate) struct Program {
    pub(crate) code: sync::Gc<Code>,
    /// The part of the module `weakref` that is written in Python, where the program imports it.
    pub(crate) weakref: Option<sync::Gc<Code>>,
    pub(crate) names: Vec<Box<str>>,
}

/// A name or another string in the text of a program: its place in [`Program::names`]. Each interpreter
/// has a string object of its own for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) struct Name(pub(crate) u32);

/// The value of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Trace)]
pub(crate) enum Constant {
    None,
    Ellipsis,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Name),
}

/// A stretch of the source text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Trace)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One source file.
#[derive(Debug, Trace)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
    lines: Vec<u32>,
}

impl Source {
    pub(crate) fn new(path: String, text: String) -> Source {
        let mut lines = vec![0];
        lines.extend(text.match_indices('\n').map(|(at, _)| at as u32 + 1));
        Source { path, text, lines }
    }

    /// The line that holds a byte, counted from 1.
    pub(crate) fn line_of(&self, offset: u32) -> usize {
        self.lines.partition_point(|&start| start <= offset)
    }

    /// Where a line starts.
    pub(crate) fn line_start(&self, line: usize) -> usize {
        self.lines[line - 1] as usize
    }

    /// The text of a line, without its end.
    pub(crate) fn line(&self, line: usize) -> &str {
        let rest = &self.text[self.line_start(line)..];
        rest.split(['\n', '\r']).next().unwrap_or("")
    }
}

/// What a piece of code is the body of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum CodeKind {
    Module,
    Class,
    Function,
}

/// A body of code with its variables.
#[derive(Trace)]
pub(crate) struct Code {
    pub(crate) source: sync::Gc<Source>,
    pub(crate) kind: CodeKind,
    pub(crate) name: Name,
    pub(crate) qualname: Name,
    pub(crate) params: Params,
    /// The names of the slots; the parameters come first.
    pub(crate) slots: Vec<Name>,
    /// The slots that inner functions share: each holds a cell.
    pub(crate) cells: Vec<usize>,
    /// The slots that come from outside, in the order of the function's closure.
    pub(crate) free: Vec<FreeSlot>,
    pub(crate) body: Vec<Stmt>,
    /// For a comprehension: what it loops over; its body is empty.
    pub(crate) clauses: Vec<Clause>,
    /// For a comprehension: what it makes each time round (a dict's has two).
    pub(crate) elements: Vec<Expr>,
    pub(crate) doc: Constant,
    /// Whether it is a function with a `yield`.
    pub(crate) is_generator: bool,
    pub(crate) start: Span,
}

/// A variable of an enclosing function.
#[derive(Clone, Copy, Debug, Trace)]
pub(crate) struct FreeSlot {
    /// The slot it has here.
    pub(crate) slot: usize,
    /// The slot it has in the code around.
    pub(crate) outer: usize,
}

/// A function's parameters: `positional`, then `keyword_only`, then `*rest`, then `**keywords`, in slots.
#[derive(Default, Trace)]
pub(crate) struct Params {
    pub(crate) positional: usize,
    pub(crate) positional_only: usize,
    pub(crate) keyword_only: usize,
    pub(crate) rest: Option<usize>,
    pub(crate) keywords: Option<usize>,
}

/// One `for … in … if …` of a comprehension.
#[derive(Trace)]
pub(crate) struct Clause {
    pub(crate) target: Target,
    /// None for the first: its iterator is in slot 0.
    pub(crate) iter: Option<Expr>,
    pub(crate) conditions: Vec<Expr>,
    pub(crate) iter_span: Span,
}

#[derive(Trace)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

#[derive(Trace)]
pub(crate) enum ExprKind {
    Const(Constant),
    Local(usize),
    Global(Name),
    /// A name in a class body: the body's own, else a global one.
    Own(Name),
    Attribute(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    Slice(Box<[Option<Expr>; 3]>),
    Call(Box<Call>),
    Binary(BinaryOp, Box<(Expr, Expr)>),
    Unary(UnaryOp, Box<Expr>),
    Logical {
        and: bool,
        values: Vec<Expr>,
    },
    Compare(Box<Expr>, Vec<(CompareOp, Expr)>),
    If(Box<(Expr, Expr, Expr)>),
    Walrus(Box<(Target, Expr)>),
    List(Vec<Item>),
    Tuple(Vec<Item>),
    Set(Vec<Item>),
    Dict(Vec<(Option<Expr>, Expr)>),
    Format(Vec<FormatPart>),
    Lambda(Box<FunctionDef>),
    Comprehension(ComprehensionKind, sync::Gc<Code>, Box<Expr>),
}

/// An element of a display or an argument; starred ones are unpacked.
#[derive(Trace)]
pub(crate) struct Item {
    pub(crate) starred: bool,
    pub(crate) value: Expr,
}

#[derive(Trace)]
pub(crate) struct Call {
    pub(crate) callee: Expr,
    pub(crate) args: Vec<Item>,
    /// A keyword without a name is `**mapping`.
    pub(crate) keywords: Vec<(Option<Name>, Expr)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

#[derive(Trace)]
pub(crate) enum FormatPart {
    Text(Box<str>),
    Value { value: Expr, conversion: Option<char>, spec: Vec<FormatPart> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum BinaryOp {
    Add,
    Sub,
    Mul,
    Div,
    FloorDiv,
    Mod,
    Pow,
    Shl,
    Shr,
    And,
    Or,
    Xor,
    MatMul,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum UnaryOp {
    Not,
    Neg,
    Pos,
    Invert,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Trace)]
pub(crate) enum CompareOp {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Is,
    IsNot,
    In,
    NotIn,
}

/// Where an assignment, a loop or a `del` puts or finds its value.
#[derive(Trace)]
pub(crate) struct Target {
    pub(crate) span: Span,
    pub(crate) kind: TargetKind,
}

#[derive(Trace)]
pub(crate) enum TargetKind {
    Local(usize),
    Global(Name),
    Own(Name),
    Attribute(Box<Expr>, Name),
    Index(Box<Expr>, Box<Expr>),
    /// Several targets, of which one may be starred.
    Unpack(Vec<Target>, Option<usize>),
}

#[derive(Trace)]
pub(crate) struct Stmt {
    pub(crate) span: Span,
    pub(crate) kind: StmtKind,
}

#[derive(Trace)]
pub(crate) enum StmtKind {
    Expr(Expr),
    Assign(Vec<Target>, Expr),
    Augment(Target, BinaryOp, Expr),
    Delete(Vec<Target>),
    If(Vec<(Expr, Vec<Stmt>)>, Vec<Stmt>),
    While(Expr, Vec<Stmt>, Vec<Stmt>),
    For(Box<For>),
    Try(Box<Try>),
    With(Box<With>),
    Return(Option<Expr>),
    /// `targets = yield value`
    Yield(Vec<Target>, Option<Expr>),
    YieldFrom(Expr),
    Raise(Option<Expr>, Option<Expr>),
    Assert(Expr, Option<Expr>),
    Import(Vec<(Name, Target)>),
    ImportFrom(Name, Vec<(Name, Target)>),
    Function(Target, Box<FunctionDef>),
    Class(Target, Box<ClassDef>),
    Pass,
    Break,
    Continue,
}

#[derive(Trace)]
pub(crate) struct For {
    pub(crate) target: Target,
    pub(crate) iter: Expr,
    pub(crate) body: Vec<Stmt>,
    pub(crate) otherwise: Vec<Stmt>,
}

#[derive(Trace)]
pub(crate) struct Try {
    pub(crate) body: Vec<Stmt>,
    pub(crate) handlers: Vec<Handler>,
    pub(crate) otherwise: Vec<Stmt>,
    pub(crate) finally: Vec<Stmt>,
}

#[derive(Trace)]
pub(crate) struct Handler {
    pub(crate) span: Span,
    pub(crate) class: Option<Expr>,
    pub(crate) name: Option<Target>,
    pub(crate) body: Vec<Stmt>,
}

#[derive(Trace)]
pub(crate) struct With {
    pub(crate) manager: Expr,
    pub(crate) target: Option<Target>,
    pub(crate) body: Vec<Stmt>,
}

#[derive(Trace)]
pub(crate) struct FunctionDef {
    pub(crate) decorators: Vec<Expr>,
    /// For the last positional parameters.
    pub(crate) defaults: Vec<Expr>,
    /// For keyword-only parameters, by name.
    pub(crate) keyword_defaults: Vec<(Name, Expr)>,
    pub(crate) code: sync::Gc<Code>,
}

#[derive(Trace)]
pub(crate) struct ClassDef {
    pub(crate) decorators: Vec<Expr>,
    pub(crate) base: Option<Expr>,
    pub(crate) code: sync::Gc<Code>,
    /// The slot of the body's cell `__class__`, where a method says `super()`.
    pub(crate) class_cell: Option<usize>,
}
