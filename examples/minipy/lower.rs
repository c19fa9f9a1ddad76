//! From the parser's tree to [`Code`]: statements.
//!
//! Whatever minipy does not support is found here, before anything runs. Expressions are in
//! [`lower_expr`](crate::lower_expr); names are resolved by [`scope`](crate::scope).

use crate::code::{
    ClassDef, Code, CodeKind, Constant, For, FunctionDef, Handler, Name, Params, Program, Source,
    Span, Stmt, StmtKind, Target, TargetKind, Try, With,
};
use crate::scope::{Bindings, Meaning, Scope, Scopes};
use crate::weak;
use refcycle::sync;
use ruff_python_ast as ast;
use ruff_text_size::{Ranged, TextRange};
use std::collections::HashMap;

/// Why a program cannot be run.
pub(crate) struct Rejected {
    pub(crate) span: Span,
    /// The name of the Python exception.
    pub(crate) class: &'static str,
    pub(crate) message: String,
}

pub(crate) type Lowered<T> = Result<T, Rejected>;

/// Deeper nested programs are refused.
const MAX_DEPTH: usize = 2000;

/// Lowers a program.
pub(crate) struct Lowering {
    pub(crate) source: sync::Gc<Source>,
    /// The strings of the program, each once.
    names: HashMap<Box<str>, Name>,
    pub(crate) scopes: Scopes,
    pub(crate) depth: usize,
    /// How many loops of the current body are open.
    loops: usize,
    imports_weakref: bool,
}

pub(crate) fn span(range: TextRange) -> Span {
    Span { start: range.start().to_u32(), end: range.end().to_u32() }
}

pub(crate) fn unsupported<T>(node: &impl Ranged, what: &str) -> Lowered<T> {
    let message = format!("minipy does not support {what}");
    Err(Rejected { span: span(node.range()), class: "NotImplementedError", message })
}

pub(crate) fn syntax_error<T>(node: &impl Ranged, message: impl Into<String>) -> Lowered<T> {
    Err(Rejected { span: span(node.range()), class: "SyntaxError", message: message.into() })
}

/// The parts of a body of code that its scope does not know.
pub(crate) struct Body {
    pub(crate) name: String,
    pub(crate) params: Params,
    pub(crate) stmts: Vec<Stmt>,
    pub(crate) doc: Constant,
    pub(crate) start: Span,
}

impl Lowering {
    /// Parses and lowers a program, and what it imports that is written in Python.
    pub(crate) fn program(source: sync::Gc<Source>) -> Lowered<Program> {
        let mut lowering = Lowering {
            source,
            names: HashMap::new(),
            scopes: Scopes::default(),
            depth: 0,
            loops: 0,
            imports_weakref: false,
        };
        let code = lowering.file()?;
        let weakref = lowering.imports_weakref.then(|| {
            lowering.source = sync::Gc::new(weak::source());
            lowering.file().unwrap_or_else(|it| panic!("minipy's own weakref: {}", it.message))
        });
        let mut names = vec![Box::default(); lowering.names.len()];
        for (text, Name(number)) in lowering.names {
            names[number as usize] = text;
        }
        Ok(Program { code, weakref, names })
    }

    /// Parses and lowers the whole source.
    fn file(&mut self) -> Lowered<sync::Gc<Code>> {
        let source = self.source.clone();
        let parsed = ruff_python_parser::parse_module(&source.text).map_err(|error| Rejected {
            span: span(error.location),
            class: "SyntaxError",
            message: error.error.to_string(),
        })?;
        let module = parsed.into_syntax();
        let scope = Scope::new(CodeKind::Module, String::new(), Bindings::default());
        self.scopes.0.push(scope);
        let stmts = self.block(&module.body)?;
        let doc = self.doc(&module.body);
        let (name, start) = ("<module>".to_owned(), Span::default());
        let code = self.close(Body { name, params: Params::default(), stmts, doc, start });
        Ok(sync::Gc::new(code))
    }

    pub(crate) fn name(&mut self, text: &str) -> Name {
        if let Some(&known) = self.names.get(text) {
            return known;
        }
        let name = Name(self.names.len() as u32);
        self.names.insert(text.into(), name);
        name
    }

    /// Guards against programs that are nested too deep for the stack.
    pub(crate) fn deeper<T>(
        &mut self,
        node: &impl Ranged,
        lower: impl FnOnce(&mut Self) -> Lowered<T>,
    ) -> Lowered<T> {
        if self.depth > MAX_DEPTH {
            let message = "maximum recursion depth exceeded during compilation".to_owned();
            return Err(Rejected { span: span(node.range()), class: "RecursionError", message });
        }
        self.depth += 1;
        let lowered = lower(self);
        self.depth -= 1;
        lowered
    }

    /// Opens the scope of an inner body.
    pub(crate) fn open(&mut self, kind: CodeKind, name: &str, bindings: Bindings) {
        let outer = self.scopes.innermost();
        let qualname = match outer.kind {
            CodeKind::Module => name.to_owned(),
            CodeKind::Class => format!("{}.{name}", outer.qualname),
            CodeKind::Function => format!("{}.<locals>.{name}", outer.qualname),
        };
        self.scopes.0.push(Scope::new(kind, qualname, bindings));
    }

    /// Closes the innermost scope: its code is complete.
    pub(crate) fn close(&mut self, body: Body) -> Code {
        let scope = self.scopes.0.pop().expect("`open` pushed it");
        Code {
            source: self.source.clone(),
            kind: scope.kind,
            name: self.name(&body.name),
            qualname: self.name(&scope.qualname),
            params: body.params,
            slots: scope.slots.iter().map(|name| self.name(name)).collect(),
            cells: scope.cells.into_iter().collect(),
            free: scope.free,
            body: body.stmts,
            clauses: Vec::new(),
            elements: Vec::new(),
            doc: body.doc,
            is_generator: scope.is_generator,
            start: body.start,
        }
    }

    fn doc(&mut self, body: &[ast::Stmt]) -> Constant {
        if let Some(ast::Stmt::Expr(first)) = body.first()
            && let ast::Expr::StringLiteral(text) = &*first.value
        {
            return Constant::Str(self.name(text.value.to_str()));
        }
        Constant::None
    }

    fn block(&mut self, stmts: &[ast::Stmt]) -> Lowered<Vec<Stmt>> {
        stmts.iter().map(|stmt| self.deeper(stmt, |this| this.stmt(stmt))).collect()
    }

    fn loop_block(&mut self, stmts: &[ast::Stmt]) -> Lowered<Vec<Stmt>> {
        self.loops += 1;
        let block = self.block(stmts);
        self.loops -= 1;
        block
    }

    fn stmt(&mut self, stmt: &ast::Stmt) -> Lowered<Stmt> {
        use ast::Stmt as S;
        let kind = match stmt {
            S::Expr(stmt) => match &*stmt.value {
                ast::Expr::Yield(value) => self.yields(value, &[])?,
                ast::Expr::YieldFrom(value) => {
                    self.open_generator(value)?;
                    StmtKind::YieldFrom(self.expr(&value.value)?)
                }
                value => StmtKind::Expr(self.expr(value)?),
            },
            S::Assign(stmt) => {
                if let ast::Expr::Yield(value) = &*stmt.value {
                    let kind = self.yields(value, &stmt.targets)?;
                    return Ok(Stmt { span: span(value.range), kind });
                }
                let value = self.expr(&stmt.value)?;
                let targets = stmt.targets.iter().map(|target| self.target(target));
                StmtKind::Assign(targets.collect::<Lowered<_>>()?, value)
            }
            S::AnnAssign(stmt) => match &stmt.value {
                Some(value) => {
                    let value = self.expr(value)?;
                    StmtKind::Assign(vec![self.target(&stmt.target)?], value)
                }
                None => StmtKind::Pass,
            },
            S::AugAssign(stmt) => {
                let target = self.target(&stmt.target)?;
                StmtKind::Augment(target, Self::binary_op(stmt.op), self.expr(&stmt.value)?)
            }
            S::Delete(stmt) => {
                let targets = stmt.targets.iter().map(|target| self.target(target));
                StmtKind::Delete(targets.collect::<Lowered<_>>()?)
            }
            S::Return(stmt) => {
                if self.scopes.innermost().kind != CodeKind::Function {
                    return syntax_error(stmt, "'return' outside function");
                }
                StmtKind::Return(self.optional(stmt.value.as_deref())?)
            }
            S::Raise(stmt) => StmtKind::Raise(
                self.optional(stmt.exc.as_deref())?,
                self.optional(stmt.cause.as_deref())?,
            ),
            S::Assert(stmt) => {
                StmtKind::Assert(self.expr(&stmt.test)?, self.optional(stmt.msg.as_deref())?)
            }
            S::Break(_) if self.loops == 0 => return syntax_error(stmt, "'break' outside loop"),
            S::Continue(_) if self.loops == 0 => {
                return syntax_error(stmt, "'continue' not properly in loop");
            }
            S::Break(_) => StmtKind::Break,
            S::Continue(_) => StmtKind::Continue,
            S::Pass(_) | S::Global(_) => StmtKind::Pass,
            S::Nonlocal(stmt) => {
                for name in &stmt.names {
                    if !matches!(self.scopes.resolve(name), Meaning::Local(_)) {
                        let message = format!("no binding for nonlocal '{}' found", name.id);
                        return syntax_error(stmt, message);
                    }
                }
                StmtKind::Pass
            }
            S::Import(_) | S::ImportFrom(_) => return self.import(stmt),
            S::FunctionDef(def) => self.function(def)?,
            S::ClassDef(def) => self.class(def)?,
            _ => self.compound(stmt)?,
        };
        Ok(Stmt { span: span(stmt.range()), kind })
    }

    /// `targets = yield value`
    fn yields(&mut self, value: &ast::ExprYield, targets: &[ast::Expr]) -> Lowered<StmtKind> {
        self.open_generator(value)?;
        let targets = targets.iter().map(|target| self.target(target)).collect::<Lowered<_>>()?;
        Ok(StmtKind::Yield(targets, self.optional(value.value.as_deref())?))
    }

    /// There is a `yield`, so the function is a generator.
    fn open_generator(&mut self, node: &impl Ranged) -> Lowered<()> {
        let scope = self.scopes.innermost();
        if scope.kind != CodeKind::Function {
            return syntax_error(node, "'yield' outside function");
        }
        scope.is_generator = true;
        Ok(())
    }

    /// Loops and the like.
    fn compound(&mut self, stmt: &ast::Stmt) -> Lowered<StmtKind> {
        Ok(match stmt {
            ast::Stmt::If(stmt) => {
                let mut branches = vec![(self.expr(&stmt.test)?, self.block(&stmt.body)?)];
                let mut otherwise = Vec::new();
                for clause in &stmt.elif_else_clauses {
                    match &clause.test {
                        Some(test) => {
                            branches.push((self.expr(test)?, self.block(&clause.body)?));
                        }
                        None => otherwise = self.block(&clause.body)?,
                    }
                }
                StmtKind::If(branches, otherwise)
            }
            ast::Stmt::While(stmt) => StmtKind::While(
                self.expr(&stmt.test)?,
                self.loop_block(&stmt.body)?,
                self.block(&stmt.orelse)?,
            ),
            ast::Stmt::For(stmt) if stmt.is_async => return unsupported(stmt, "`async for`"),
            ast::Stmt::For(stmt) => StmtKind::For(Box::new(For {
                iter: self.expr(&stmt.iter)?,
                target: self.target(&stmt.target)?,
                body: self.loop_block(&stmt.body)?,
                otherwise: self.block(&stmt.orelse)?,
            })),
            ast::Stmt::With(stmt) if stmt.is_async => return unsupported(stmt, "`async with`"),
            ast::Stmt::With(stmt) => return self.with(&stmt.items, stmt),
            ast::Stmt::Try(stmt) if stmt.is_star => return unsupported(stmt, "`except*`"),
            ast::Stmt::Try(stmt) => StmtKind::Try(Box::new(Try {
                body: self.block(&stmt.body)?,
                handlers: self.handlers(&stmt.handlers)?,
                otherwise: self.block(&stmt.orelse)?,
                finally: self.block(&stmt.finalbody)?,
            })),
            ast::Stmt::Match(_) => return unsupported(stmt, "`match`"),
            ast::Stmt::TypeAlias(_) => return unsupported(stmt, "`type` aliases"),
            _ => return unsupported(stmt, "this statement"),
        })
    }

    fn handlers(&mut self, handlers: &[ast::ExceptHandler]) -> Lowered<Vec<Handler>> {
        let lower = |ast::ExceptHandler::ExceptHandler(handler): &ast::ExceptHandler| {
            Ok(Handler {
                span: span(handler.range),
                class: self.optional(handler.type_.as_deref())?,
                name: handler.name.as_ref().map(|name| self.name_target(name, handler.range)),
                body: self.block(&handler.body)?,
            })
        };
        handlers.iter().map(lower).collect()
    }

    fn with(&mut self, items: &[ast::WithItem], stmt: &ast::StmtWith) -> Lowered<StmtKind> {
        let Some((item, inner)) = items.split_first() else {
            return syntax_error(stmt, "invalid syntax");
        };
        let manager = self.expr(&item.context_expr)?;
        let target = match &item.optional_vars {
            Some(target) => Some(self.target(target)?),
            None => None,
        };
        let body = if inner.is_empty() {
            self.block(&stmt.body)?
        } else {
            vec![Stmt { span: span(stmt.range), kind: self.with(inner, stmt)? }]
        };
        Ok(StmtKind::With(Box::new(With { manager, target, body })))
    }

    fn import(&mut self, stmt: &ast::Stmt) -> Lowered<Stmt> {
        let span = span(stmt.range());
        let kind = match stmt {
            ast::Stmt::Import(import) => {
                let mut modules = Vec::new();
                for alias in &import.names {
                    self.imports_weakref |= &alias.name == "weakref";
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let target = self.name_target(name, stmt.range());
                    modules.push((self.name(&alias.name), target));
                }
                StmtKind::Import(modules)
            }
            ast::Stmt::ImportFrom(import) => {
                let Some(module) = import.module.as_ref().filter(|_| import.level == 0) else {
                    return unsupported(stmt, "relative imports");
                };
                self.imports_weakref |= module == "weakref";
                let mut names = Vec::new();
                for alias in &import.names {
                    if &alias.name == "*" {
                        return unsupported(stmt, "`import *`");
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let target = self.name_target(name, stmt.range());
                    names.push((self.name(&alias.name), target));
                }
                StmtKind::ImportFrom(self.name(module), names)
            }
            _ => StmtKind::Pass,
        };
        Ok(Stmt { span, kind })
    }

    /// The target that a name is, as in `def name` or `import name`.
    fn name_target(&mut self, name: &str, range: TextRange) -> Target {
        let kind = match self.scopes.resolve(name) {
            Meaning::Local(slot) => TargetKind::Local(slot),
            Meaning::Global => TargetKind::Global(self.name(name)),
            Meaning::Own => TargetKind::Own(self.name(name)),
        };
        Target { span: span(range), kind }
    }

    pub(crate) fn target(&mut self, target: &ast::Expr) -> Lowered<Target> {
        let kind = match target {
            ast::Expr::Name(name) => return Ok(self.name_target(&name.id, name.range)),
            ast::Expr::Attribute(target) => {
                let name = self.name(&target.attr);
                TargetKind::Attribute(Box::new(self.expr(&target.value)?), name)
            }
            ast::Expr::Subscript(target) => TargetKind::Index(
                Box::new(self.expr(&target.value)?),
                Box::new(self.expr(&target.slice)?),
            ),
            ast::Expr::Tuple(ast::ExprTuple { elts, .. })
            | ast::Expr::List(ast::ExprList { elts, .. }) => {
                let mut starred = None;
                let mut targets = Vec::new();
                for element in elts {
                    let inner = match element {
                        ast::Expr::Starred(element) => {
                            if starred.replace(targets.len()).is_some() {
                                let message = "multiple starred expressions in assignment";
                                return syntax_error(target, message);
                            }
                            &element.value
                        }
                        element => element,
                    };
                    targets.push(self.deeper(inner, |this| this.target(inner))?);
                }
                TargetKind::Unpack(targets, starred)
            }
            _ => return syntax_error(target, "cannot assign to this expression"),
        };
        Ok(Target { span: span(target.range()), kind })
    }

    fn function(&mut self, def: &ast::StmtFunctionDef) -> Lowered<StmtKind> {
        if def.is_async {
            return unsupported(def, "`async def`");
        }
        let decorators = self.decorators(&def.decorator_list)?;
        let (defaults, keyword_defaults) = self.defaults(&def.parameters)?;
        let mut bindings = Bindings::of_body(Self::parameter_names(&def.parameters), &def.body);
        let nonlocals = std::mem::take(&mut bindings.nonlocals);
        self.open(CodeKind::Function, &def.name, bindings);
        for name in nonlocals {
            if self.scopes.capture(&name).is_none() {
                return syntax_error(def, format!("no binding for nonlocal '{name}' found"));
            }
        }
        let loops = std::mem::take(&mut self.loops);
        let stmts = self.block(&def.body)?;
        self.loops = loops;
        let doc = self.doc(&def.body);
        let code = self.close(Body {
            name: def.name.to_string(),
            params: Self::params(&def.parameters),
            stmts,
            doc,
            start: span(def.name.range),
        });
        let code = sync::Gc::new(code);
        let target = self.name_target(&def.name, def.name.range);
        let def = FunctionDef { decorators, defaults, keyword_defaults, code };
        Ok(StmtKind::Function(target, Box::new(def)))
    }

    fn class(&mut self, def: &ast::StmtClassDef) -> Lowered<StmtKind> {
        let decorators = self.decorators(&def.decorator_list)?;
        let mut base = None;
        if let Some(arguments) = &def.arguments {
            if !arguments.keywords.is_empty() {
                return unsupported(&**arguments, "metaclasses and class keywords");
            }
            if arguments.args.len() > 1 {
                return unsupported(&**arguments, "multiple inheritance");
            }
            base = self.optional(arguments.args.first())?;
        }
        self.open(CodeKind::Class, &def.name, Bindings::of_body(Vec::new(), &def.body));
        let loops = std::mem::take(&mut self.loops);
        let stmts = self.block(&def.body)?;
        self.loops = loops;
        let scope = self.scopes.innermost();
        let class_cell = scope.cells.iter().copied().find(|&slot| scope.slots[slot] == "__class__");
        let doc = self.doc(&def.body);
        let name = def.name.to_string();
        let start = span(def.range);
        let code = self.close(Body { name, params: Params::default(), stmts, doc, start });
        let code = sync::Gc::new(code);
        let target = self.name_target(&def.name, def.name.range);
        let def = ClassDef { decorators, base, code, class_cell };
        Ok(StmtKind::Class(target, Box::new(def)))
    }

    fn decorators(&mut self, decorators: &[ast::Decorator]) -> Lowered<Vec<crate::code::Expr>> {
        decorators.iter().map(|decorator| self.expr(&decorator.expression)).collect()
    }
}
