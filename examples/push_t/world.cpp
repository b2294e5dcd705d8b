#include "push_t/world.hpp"

#include <chipmunk/chipmunk.h>

#include <algorithm>

namespace ripen::push_t {

namespace {

constexpr double kStep = 0.01;  // [s]
constexpr int kSteps = 10;      // In a control period.
constexpr double kStiffness = 100.0;
constexpr double kDamping = 20.0;
constexpr double kMass = 1.0;
constexpr double kWallRadius = 2.0;
constexpr double kNear = 5.0, kFar = 506.0;  // [px] of the walls' axes.

cpVect vector(Point p) { return cpv(p.x, p.y); }
Point point(cpVect v) { return {v.x, v.y}; }

std::array<cpVect, 4> vectors(const Rectangle& rectangle) {
  std::array<cpVect, 4> result;
  std::ranges::transform(rectangle, result.begin(), vector);
  return result;
}

}  // namespace

double reward_of(double coverage) noexcept { return std::clamp(coverage / kSuccessCoverage, 0.0, 1.0); }

struct World::Impl {
  Impl() : space(cpSpaceNew()) {
    cpSpaceSetGravity(space, cpvzero);
    cpSpaceSetDamping(space, 0.0);
    cpSpaceSetIterations(space, 10);
    const auto wall = [&](double x0, double y0, double x1, double y1) {
      cpSpaceAddShape(space, cpSegmentShapeNew(cpSpaceGetStaticBody(space), cpv(x0, y0), cpv(x1, y1), kWallRadius));
    };
    wall(kNear, kFar, kNear, kNear);
    wall(kNear, kNear, kFar, kNear);
    wall(kFar, kNear, kFar, kFar);
    wall(kNear, kFar, kFar, kFar);

    agent = cpSpaceAddBody(space, cpBodyNewKinematic());
    cpSpaceAddShape(space, cpCircleShapeNew(agent, kAgentRadius, cpvzero));

    const auto bar = vectors(kBar), stem = vectors(kStem);
    // Both parts count with the bar's moment, as published.
    const double moment = 2.0 * cpMomentForPoly(kMass, 4, bar.data(), cpvzero, 0.0);
    block = cpSpaceAddBody(space, cpBodyNew(kMass, moment));
    cpShape* bar_shape = cpPolyShapeNew(block, 4, bar.data(), cpTransformIdentity, 0.0);
    cpShape* stem_shape = cpPolyShapeNew(block, 4, stem.data(), cpTransformIdentity, 0.0);
    cpBodySetCenterOfGravity(
        block, cpvmult(cpvadd(cpShapeGetCenterOfGravity(bar_shape), cpShapeGetCenterOfGravity(stem_shape)), 0.5));
    cpSpaceAddShape(space, bar_shape);
    cpSpaceAddShape(space, stem_shape);
  }

  ~Impl() {
    const auto free_shape = [](cpBody*, cpShape* shape, void* of) {
      cpSpaceRemoveShape(static_cast<cpSpace*>(of), shape);
      cpShapeFree(shape);
    };
    for (cpBody* body : {agent, block}) {
      cpBodyEachShape(body, free_shape, space);
      cpSpaceRemoveBody(space, body);
      cpBodyFree(body);
    }
    cpBodyEachShape(cpSpaceGetStaticBody(space), free_shape, space);
    cpSpaceFree(space);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  cpSpace* space;
  cpBody* agent;
  cpBody* block;
};

World::World() : impl_(std::make_unique<Impl>()) {}
World::~World() = default;
World::World(World&&) noexcept = default;
World& World::operator=(World&&) noexcept = default;

void World::place(const State& state) {
  impl_ = std::make_unique<Impl>();  // Contacts of the past would push on.
  cpBodySetPosition(impl_->agent, vector(state.agent));
  move_block(state.block);
}

void World::reset(const State& drawn) {
  impl_ = std::make_unique<Impl>();
  cpBodySetPosition(impl_->agent, vector(drawn.agent));
  cpBodySetPosition(impl_->block, vector(drawn.block.position));
  cpBodySetAngle(impl_->block, drawn.block.angle);
  cpSpaceStep(impl_->space, kStep);
}

void World::move_block(const Pose& pose) {
  cpBodySetAngle(impl_->block, pose.angle);
  cpBodySetPosition(impl_->block, vector(pose.position));
}

void World::push_agent(Point change) {
  cpBodySetVelocity(impl_->agent, cpvadd(cpBodyGetVelocity(impl_->agent), vector(change)));
}

void World::act(Point target) {
  for (int i = 0; i < kSteps; ++i) {
    const cpVect velocity = cpBodyGetVelocity(impl_->agent);
    const cpVect pull = cpvmult(cpvsub(vector(target), cpBodyGetPosition(impl_->agent)), kStiffness);
    const cpVect acceleration = cpvadd(pull, cpvmult(cpvneg(velocity), kDamping));
    cpBodySetVelocity(impl_->agent, cpvadd(velocity, cpvmult(acceleration, kStep)));
    cpSpaceStep(impl_->space, kStep);
  }
}

State World::state() const {
  return {point(cpBodyGetPosition(impl_->agent)),
          {point(cpBodyGetPosition(impl_->block)), cpBodyGetAngle(impl_->block)}};
}

}  // namespace ripen::push_t
